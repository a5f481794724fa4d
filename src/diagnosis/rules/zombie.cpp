// The process, or its first thread, has ended and nobody has taken note.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

std::optional<Finding> zombie(const Facts& facts) {
  if (facts.process.state_letter != 'Z') return std::nullopt;
  const std::vector<report::Evidence> evidence{
      {"process.state", facts.process.state},
      {"process.threads", report::to_value(facts.process.threads)}};
  // The kernel counts the leader itself among its threads until the last one has gone.
  if (facts.process.threads.value_or(0) > 1) {
    return Finding{
        "",
        Severity::warning,
        "the main thread has ended while others go on",
        "A main thread that calls pthread_exit leaves a zombie leader: /proc/PID/fd, cwd "
        "and exe read as empty, and many tools take the process for dead.",
        evidence,
        "look at the other threads in /proc/PID/task; find out whether main was meant to "
        "end"};
  }
  const std::string parent =
      facts.process.ppid
          ? fmt::format("{} (pid {})", facts.process.parent_comm.value_or("its parent"),
                        *facts.process.ppid)
          : "its parent";
  return Finding{"",
                 Severity::warning,
                 fmt::format("a zombie: it has ended, and {} has not called wait()", parent),
                 "It holds nothing but its number. It goes when its parent waits for it or ends.",
                 evidence,
                 "look at the parent: does it handle SIGCHLD, is it stuck?"};
}

}  // namespace debug_process::diagnosis
