// Children have ended, and nobody waits for them.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr std::uint64_t kMany = 10;  // fewer come and go with any shell

}  // namespace

std::optional<Finding> zombies(const Facts& facts) {
  const auto& zombies = facts.process.zombies;
  if (!window_is_long_enough(facts) || !zombies.now || !zombies.at_start || !zombies.throughout)
    return std::nullopt;
  if (*zombies.now < kMany || *zombies.now <= *zombies.at_start) return std::nullopt;
  // Who reaps now and then reaps all there are: of those at the start none would be left.
  if (*zombies.throughout < *zombies.at_start) return std::nullopt;
  const CallTotals waits = calls_of(facts, {"wait4", "waitid", "waitpid"});
  const bool nobody_waited = silence_tells(facts) && waits.calls == waits.errors;
  if (*zombies.at_start == 0 && !nobody_waited) return std::nullopt;
  return Finding{
      "",
      Severity::warning,
      fmt::format("{} children have ended and nobody has waited for them, {} more than when the "
                  "window began",
                  format_count(*zombies.now), format_count(*zombies.now - *zombies.at_start)),
      "Each keeps its PID and a place under the limit of processes. When these run out, fork fails "
      "with EAGAIN, for others too.",
      {{"process.zombie_children", *zombies.now},
       {"process.zombie_children_at_start", *zombies.at_start},
       {"process.zombie_children_throughout", *zombies.throughout}},
      fmt::format("find where it starts them and does not call wait(), or handle SIGCHLD; in a "
                  "container an init that reaps: docker run --init; the list: ps --ppid {} -o "
                  "pid,stat,comm",
                  facts.process.pid)};
}

}  // namespace debug_process::diagnosis
