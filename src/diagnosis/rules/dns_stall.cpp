// A thread waits for a name server that does not answer.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "diagnosis/waits.h"
#include "util/endpoint.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;

// Answers come within a tenth of it, also over the widest of networks.
constexpr std::chrono::seconds kLong{1};

bool is_query(const Socket& socket) {
  return socket.protocol.starts_with("udp") && socket.remote.ends_with(":53") &&
         socket.recv_queue.value_or(Bytes{}) == Bytes{};
}

// A name server asks others, and has long waits for some of them.
bool is_name_server(const Facts& facts) {
  for (const Socket& socket : facts.sockets.sockets)
    if (socket.local.ends_with(":53")) return true;
  return false;
}

}  // namespace

std::optional<Finding> dns_stall(const Facts& facts) {
  if (is_name_server(facts)) return std::nullopt;
  const InFlight* longest = nullptr;
  const Socket* asked = nullptr;
  std::uint64_t threads = 0;
  std::chrono::nanoseconds lost{0};
  for (const InFlight* call :
       long_calls(facts, {"poll", "ppoll", "recvfrom", "recvmsg", "recv", "read"}, kLong)) {
    const Socket* socket = find_socket(facts, descriptor_of(facts, *call));
    if (socket == nullptr || !is_query(*socket)) continue;
    ++threads;
    lost += within_window(facts, *call);
    if (longest != nullptr) continue;
    longest = call;
    asked = socket;
  }
  if (longest == nullptr) return std::nullopt;
  Finding finding{
      "",
      Severity::warning,
      fmt::format("{} {} waited {}{} for an answer of the name server {}",
                  counted(threads, "thread"), threads == 1 ? "has" : "have",
                  longest->started_before_window ? "more than " : "",
                  format_duration(*longest->elapsed), asked->remote),
      "The C library asks the first server of resolv.conf, waits five seconds, and only then asks "
      "the next one. Whatever needed the name waits as long.",
      {{fmt::format("syscalls.in_flight[{}].elapsed_ns", longest->tid), *longest->elapsed},
       {fmt::format("sockets.sockets[{}].remote", asked->fd), asked->remote}},
      fmt::format("does it answer: dig @{} example.com; the list of servers, and options timeout: "
                  "and rotate: /proc/{}/root/etc/resolv.conf",
                  endpoint_address(asked->remote), facts.process.pid)};
  finding.lost = lost;
  return finding;
}

}  // namespace debug_process::diagnosis
