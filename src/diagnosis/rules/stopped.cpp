// The process does nothing because something holds it: a stop signal, or a tracer.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

std::string tracer_name(const Facts& facts) {
  const auto pid = *facts.process.tracer_pid;
  if (!facts.process.tracer_comm) return fmt::format("process {}", pid);
  return fmt::format("{} (pid {})", *facts.process.tracer_comm, pid);
}

Finding stopped_by_signal(const Facts& facts) {
  return {"",
          Severity::critical,
          "stopped: a signal (SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU) holds all its threads",
          "It runs no code until it gets SIGCONT. All else that was measured in this window is an "
          "effect of that.",
          {{"process.state", facts.process.state}},
          fmt::format("find out who stopped it (job control, a debugger, a supervisor); to let it "
                      "go on: kill -CONT {}",
                      facts.process.pid)};
}

// A tracer stops its target at every call for a moment: only one that made none is held, or that
// was found held at every look.
bool stood_still(const Facts& facts) {
  const auto& shares = facts.syscalls.time_shares;
  if (facts.syscalls.sampled)
    return !shares.empty() && std::all_of(shares.begin(), shares.end(),
                                          [](const auto& share) { return share.state == 't'; });
  return counts_all_calls(facts) && facts.syscalls.calls == 0;
}

}  // namespace

std::optional<Finding> stopped(const Facts& facts) {
  const char state = facts.process.state_letter.value_or('?');
  if (state == 'T') return stopped_by_signal(facts);

  // Our own ptrace backend is not among the facts; another run of this tool is a tracer like any.
  if (facts.process.tracer_pid.value_or(0) == 0) return std::nullopt;
  const std::vector<report::Evidence> evidence{
      {"process.state", facts.process.state},
      {"process.tracer_pid", std::int64_t{*facts.process.tracer_pid}}};
  if (state == 't' && stood_still(facts)) {
    return Finding{"",
                   Severity::critical,
                   fmt::format("stopped by its tracer, {}", tracer_name(facts)),
                   "It runs no code until its tracer lets it go on.",
                   evidence,
                   "continue or detach in the tracer (gdb: continue, detach), or end the tracer"};
  }
  return Finding{"",
                 Severity::warning,
                 fmt::format("traced by {}", tracer_name(facts)),
                 "A tracer that stops the process at every system call slows it down many times "
                 "over: latencies in this report include that.",
                 evidence,
                 "measure again without the tracer"};
}

}  // namespace debug_process::diagnosis
