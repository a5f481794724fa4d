// The process ended while it was watched, and not with status 0.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "util/signals.h"

namespace debug_process::diagnosis {

namespace {

// A program that gets one of these went wrong; the kernel or its own abort() sends them.
constexpr std::array kFaults{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

std::string explanation(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "Mostly that is memory that is not mapped, or not in that way; or somebody sent it.";
    case SIGBUS:
      return "It used a mapping beyond the end of its file, a page that could not be read, or an "
             "address that is not aligned.";
    case SIGILL:
      return "It ran an instruction that this CPU does not have.";
    case SIGFPE:
      return "It divided by zero, or its result did not fit.";
    case SIGABRT:
      return "It gave up by itself: an assertion, an uncaught exception, a broken heap.";
    default:
      return "It made a system call that its seccomp filter forbids.";
  }
}

Finding killed_by_fault(const Facts& facts, int signal) {
  return {"",
          Severity::critical,
          fmt::format("killed by {}{}", signal_name(signal),
                      WCOREDUMP(*facts.wait_status) ? ", core dumped" : ""),
          explanation(signal) + " What it was doing is lost.",
          {{"process.state", facts.process.state}},
          fmt::format("coredumpctl info {0} for the stack; dmesg -T for what the kernel logged of "
                      "pid {0}",
                      facts.process.pid)};
}

Finding killed_from_outside(const Facts& facts) {
  return {"",
          Severity::critical,
          "killed by SIGKILL",
          "The OOM killer may have done it, or an operator, a supervisor or a container runtime "
          "whose patience ended.",
          {{"process.state", facts.process.state}},
          "dmesg -T | grep -i -e oom -e 'killed process'; oom_kill in memory.events of its cgroup; "
          "the supervisor's log"};
}

}  // namespace

// No guards: an end is an end, however short the window or young the process.
std::optional<Finding> died(const Facts& facts) {
  if (!facts.wait_status) return std::nullopt;
  const int status = *facts.wait_status;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGKILL) return killed_from_outside(facts);
    if (std::find(kFaults.begin(), kFaults.end(), signal) != kFaults.end()) {
      return killed_by_fault(facts, signal);
    }
    return Finding{"",
                   Severity::info,
                   "killed by " + signal_name(signal),
                   "It was asked to end, or did not handle a signal that ends it by default.",
                   {{"process.state", facts.process.state}},
                   "find out who sent it: a supervisor, a terminal that was closed, an operator"};
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 0) return std::nullopt;
  return Finding{"",
                 Severity::info,
                 fmt::format("exited with status {}", WEXITSTATUS(status)),
                 "By custom any status but 0 means that it failed.",
                 {{"process.state", facts.process.state}},
                 "look at its last words: its log, its standard error"};
}

}  // namespace debug_process::diagnosis
