// Peers do not answer, or refuse.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "util/endpoint.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kRefusedShare = 0.10;
constexpr std::uint64_t kFewestRefused = 3;  // one or two are a restart of the peer

// A client that knows two addresses of a name tries IPv6 first and is content with IPv4.
bool is_happy_eyeballs(const ErrorRow& refused, std::uint64_t attempts) {
  return refused.example && refused.example->starts_with('[') && refused.calls * 2 <= attempts;
}

using sections::sockets::Socket;

// The kernel asks again after a second, and counts that: whoever gives up earlier, as a client does
// that tries several addresses, has not got there.
bool is_unanswered(const Socket& socket) {
  return !socket.counted && socket.state == "SYN_SENT" && socket.total.retransmits.value_or(0) > 0;
}

struct Silence {
  const char* likely;
  const char* next_step;
};

// Packets to ourselves pass no wire, and a port where nobody listens refuses at once.
bool is_own_host(const std::string& peer, const std::string& local) {
  constexpr std::array kLoopback{"127.", "[::1]", "[::ffff:127.", "0.0.0.0:", "[::]:"};
  if (!local.empty() && endpoint_address(peer) == endpoint_address(local)) return true;
  return std::ranges::any_of(kLoopback, [&](const char* own) { return peer.starts_with(own); });
}

// `local`: our end, where that is known.
Silence silence(const std::string& peer, const std::string& local = {}) {
  if (is_own_host(peer, local))
    return {
        "whoever listens there does not accept, and its queue is full, or a firewall of this "
        "host drops the packets.",
        "ss -ltnp: a Recv-Q above Send-Q is a full queue; debug-process of who listens there"};
  return {"a firewall drops the packets, or the host is down.",
          "from this host: nc -vz PEER PORT; then firewalls and routes on the way"};
}

std::optional<Finding> unanswered(const Facts& facts) {
  const Socket* longest = nullptr;
  std::uint64_t sockets = 0;
  for (const Socket& socket : facts.sockets.sockets) {
    if (!is_unanswered(socket)) continue;
    ++sockets;
    if (longest == nullptr || *socket.total.retransmits > *longest->total.retransmits)
      longest = &socket;
  }
  if (longest == nullptr) return std::nullopt;
  const Silence why = silence(longest->remote, longest->local);
  return Finding{
      "",
      Severity::warning,
      fmt::format("an attempt to connect to {} is not answered{}", longest->remote,
                  sockets > 1 ? fmt::format(", nor {}", counted(sockets - 1, "other")) : ""),
      fmt::format("For a second or more nothing came back, not even a refusal: {} The kernel gives "
                  "up after two minutes unless the program does earlier.",
                  why.likely),
      {{fmt::format("sockets.sockets[{}].state", longest->fd), longest->state},
       {fmt::format("sockets.sockets[{}].remote", longest->fd), longest->remote}},
      why.next_step};
}

}  // namespace

std::optional<Finding> connect_trouble(const Facts& facts) {
  const auto timed_out = failures(facts, {ETIMEDOUT}, {"connect"});
  if (!timed_out.empty()) {
    const ErrorRow& row = *timed_out.front();
    const Silence why = silence(row.example.value_or(""));
    return Finding{"",
                   Severity::warning,
                   "connections time out: " + describe(row),
                   fmt::format("Nothing came back, not even a refusal: {} Each attempt takes two "
                               "minutes unless the program gives up.",
                               why.likely),
                   {cite(row)},
                   why.next_step};
  }
  if (auto finding = unanswered(facts)) return finding;
  if (!counts_successes(facts)) return std::nullopt;
  const auto refused = failures(facts, {ECONNREFUSED}, {"connect"});
  if (refused.empty() || refused.front()->calls < kFewestRefused) return std::nullopt;
  const ErrorRow& row = *refused.front();
  const std::uint64_t attempts = calls_of(facts, {"connect"}).calls;
  const double share =
      static_cast<double>(row.calls) / static_cast<double>(std::max(attempts, row.calls));
  if (share < kRefusedShare || is_happy_eyeballs(row, attempts)) return std::nullopt;
  return Finding{"",
                 Severity::warning,
                 fmt::format("{} of connections refused: {}", format_ratio({share}), describe(row)),
                 "The peer's host answers, and nothing listens on that port.",
                 {cite(row), cite_calls("connect", attempts)},
                 "is the peer's service up, and is the address right?"};
}

}  // namespace debug_process::diagnosis
