// From the maps of bpf/syscall_stats.bpf.c to an Activity.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "trace/activity.h"
#include "trace/bpf/kernel_ids.h"
#include "util/result.h"

struct syscall_stats_bpf;
struct cpu_histogram;

namespace debug_process::trace::bpf {

// Once, after the programs stopped writing. `ended` (CLOCK_MONOTONIC) is when that was: calls in
// flight lasted until then.
[[nodiscard]] Result<Activity> read_activity(const syscall_stats_bpf& skeleton,
                                             const KernelIds& ids, std::chrono::nanoseconds ended);

}  // namespace debug_process::trace::bpf
