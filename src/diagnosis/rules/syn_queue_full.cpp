// Requests to connect find no place to wait for the handshake to end.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

// Clients of dropped ones try again after a second: fewer are a burst that nobody remembers.
constexpr std::uint64_t kFewestDrops = 10;

bool listens_for_tcp(const Facts& facts) {
  for (const auto& socket : facts.sockets.sockets)
    if (socket.is_listening() && socket.protocol.starts_with("tcp")) return true;
  return false;
}

}  // namespace

std::optional<Finding> syn_queue_full(const Facts& facts) {
  if (!listens_for_tcp(facts)) return std::nullopt;
  const auto& network = facts.sockets.network;
  const std::uint64_t drops = network.syn_queue_drops.value_or(0);
  const std::uint64_t cookies = network.syn_cookies.value_or(0);
  const bool dropped = drops >= kFewestDrops;
  if (!dropped && cookies < kFewestEvents) return std::nullopt;
  return Finding{
      "",
      // With a cookie the client is served, if its last packet of the handshake comes through.
      dropped ? Severity::warning : Severity::info,
      dropped ? fmt::format("{} to connect dropped: a queue of half-open connections is full",
                            counted(drops, "request"))
              : fmt::format("{} to connect answered with a cookie: a queue of half-open "
                            "connections is full",
                            counted(cookies, "request")),
      "More connections begin than handshakes end: a flood, or clients far away and a small "
      "backlog. The kernel counts this for all listening sockets of the network namespace "
      "together, those of other processes too.",
      {{"sockets.netns_syn_queue_drops", report::to_value(network.syn_queue_drops)},
       {"sockets.netns_syn_cookies", report::to_value(network.syn_cookies)}},
      fmt::format(
          "who sends them: nsenter -t {0} -n ss -tan state syn-recv; the backlog: listen(2), "
          "net.core.somaxconn; sysctl net.ipv4.tcp_syncookies",
          facts.process.pid)};
}

}  // namespace debug_process::diagnosis
