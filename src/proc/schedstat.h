// /proc/PID/task/TID/schedstat: the kernel's proc_pid_schedstat(),
// Documentation/scheduler/sched-stats.rst. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

// Of one task alone, even in /proc/PID/schedstat. All zero where the kernel keeps no account
// (CONFIG_SCHED_INFO).
struct Schedstat {
  std::chrono::nanoseconds on_cpu{0};
  std::chrono::nanoseconds run_delay{0};  // runnable, and waiting for a CPU
  std::uint64_t timeslices = 0;
};

// "1097814 0 1"
[[nodiscard]] Result<Schedstat> parse_schedstat(std::string_view text);

}  // namespace debug_process::proc
