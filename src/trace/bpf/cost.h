// What watching costs, measured on ourselves with the very programs that then watch the target.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "trace/activity.h"
#include "util/result.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

using CallTime = std::chrono::duration<double, std::nano>;

// How long one of our own system calls takes just now: the median of some rounds, 2 ms in all.
[[nodiscard]] CallTime time_of_a_call();

// With the programs attached, and `alone` taken before they were: makes ourselves the target, then
// a bystander, and leaves the maps as it found them, empty. Nobody is watched afterwards.
[[nodiscard]] Result<Cost> measure_cost(syscall_stats_bpf& skeleton, CallTime alone);

}  // namespace debug_process::trace::bpf
