// Peers have closed, and the process has not: each such socket is a descriptor lost.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "util/endpoint.h"

namespace debug_process::diagnosis {

namespace {

using sections::sockets::Socket;

constexpr std::uint64_t kMany = 50;
constexpr double kShare = 0.10;              // of the open descriptors...
constexpr std::uint64_t kFewestShared = 10;  // ...which among very few says nothing

bool is_left_open(const Socket& socket) {
  return !socket.counted && socket.state == "CLOSE_WAIT" && socket.earlier &&
         socket.earlier->state == socket.state;
}

// The address that most of them are with; "" when none is known.
std::string most_frequent_peer(const Facts& facts) {
  std::map<std::string, std::uint64_t> peers;
  for (const Socket& socket : facts.sockets.sockets)
    if (is_left_open(socket)) ++peers[endpoint_address(socket.remote)];
  const auto most = std::max_element(
      peers.begin(), peers.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == peers.end() || most->first.empty()) return {};
  return peers.size() == 1
             ? fmt::format(", all with {}", most->first)
             : fmt::format(", {} of them with {}", format_count(most->second), most->first);
}

}  // namespace

std::optional<Finding> close_wait_leak(const Facts& facts) {
  // Protocols that close one direction at a time pass through the state, but not for a window.
  if (!window_is_long_enough(facts)) return std::nullopt;
  const std::uint64_t waiting = facts.sockets.close_wait_throughout.value_or(0);
  const double open = static_cast<double>(facts.files.open.value_or(0));
  const bool large_share =
      waiting >= kFewestShared && open > 0 && static_cast<double>(waiting) >= kShare * open;
  if (waiting < kMany && !large_share) return std::nullopt;
  const std::uint64_t now = std::max(facts.sockets.close_wait.value_or(0), waiting);
  const std::string throughout =
      now == waiting ? " since before the window"
                     : fmt::format(" ({} since before the window)", format_count(waiting));
  return Finding{
      "",
      Severity::warning,
      fmt::format("{} in CLOSE_WAIT{}: the peers have closed, this process has not{}",
                  counted(now, "connection"), throughout, most_frequent_peer(facts)),
      "The state ends only with close() here; no timeout ends it. Each holds a descriptor.",
      {{"sockets.close_wait_throughout", waiting},
       {"sockets.close_wait", report::to_value(facts.sockets.close_wait)},
       {"files.open", report::to_value(facts.files.open)}},
      fmt::format("find the code path that does not close after read() returned 0; with whom: "
                  "nsenter -t {} -n ss -tanp state close-wait",
                  facts.process.pid)};
}

}  // namespace debug_process::diagnosis
