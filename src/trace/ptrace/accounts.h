// How much of the time each thread had or wanted a CPU.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>

#include "trace/ptrace/outcome.h"

namespace debug_process::trace::ptrace {

// /proc/PID/task/*/schedstat, compared with itself some time later.
class Busy {
 public:
  // Looks at the threads of `pid` for the first time: some 6 us each, so not beyond 2,000 of them.
  explicit Busy(pid_t pid);

  // Share of the time since then, 0 to 1, for those that were there both times. Nothing where the
  // kernel keeps no account (CONFIG_SCHED_INFO).
  [[nodiscard]] BusyShares until_now() const;

 private:
  [[nodiscard]] std::map<pid_t, std::chrono::nanoseconds> read() const;

  pid_t pid_;
  std::chrono::nanoseconds began_;
  std::map<pid_t, std::chrono::nanoseconds> before_;
};

}  // namespace debug_process::trace::ptrace
