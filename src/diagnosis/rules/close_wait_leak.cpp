// Peers have closed, and the process has not: each such socket is a descriptor lost.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr std::uint64_t kMany = 50;
constexpr double kShare = 0.10;              // of the open descriptors...
constexpr std::uint64_t kFewestShared = 10;  // ...which among very few says nothing

}  // namespace

std::optional<Finding> close_wait_leak(const Facts& facts) {
  const std::uint64_t waiting = facts.sockets.close_wait.value_or(0);
  const double open = static_cast<double>(facts.files.open.value_or(0));
  const bool large_share =
      waiting >= kFewestShared && open > 0 && static_cast<double>(waiting) >= kShare * open;
  if (waiting < kMany && !large_share) return std::nullopt;
  return Finding{
      "",
      Severity::warning,
      fmt::format("{} in CLOSE_WAIT: the peers have closed, this process has not",
                  counted(waiting, "connection")),
      "The state ends only with close() here; no timeout ends it. Protocols that close "
      "one direction at a time pass through it too, but not for long.",
      {{"sockets.close_wait", waiting}, {"files.open", report::to_value(facts.files.open)}},
      "find the code path that does not close after read() returned 0; the table of "
      "sockets names the peers"};
}

}  // namespace debug_process::diagnosis
