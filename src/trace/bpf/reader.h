// From the maps of bpf/syscall_stats.bpf.c to an Activity.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "trace/activity.h"
#include "trace/bpf/kernel_ids.h"
#include "util/result.h"

struct syscall_stats_bpf;
struct cpu_histogram;

namespace debug_process::trace::bpf {

// When the programs were on: CLOCK_MONOTONIC.
struct Course {
  std::chrono::nanoseconds ended{0};
  // Since when without a pause until `ended`; nullopt: they were paused at the end.
  std::optional<std::chrono::nanoseconds> last_slice;
};

// Once, after the programs stopped writing. What was entered in the last slice and has not returned
// is in flight.
[[nodiscard]] Result<Activity> read_activity(const syscall_stats_bpf& skeleton,
                                             const KernelIds& ids, const Course& course);

}  // namespace debug_process::trace::bpf
