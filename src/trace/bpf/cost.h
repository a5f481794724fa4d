// What watching costs, measured on ourselves with the very programs that then watch the target.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "trace/activity.h"
#include "trace/bpf/hooks.h"
#include "trace/bpf/tally.h"
#include "util/result.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

struct Costs {
  Cost whole;  // of the programs that count and time
  // For the target, what extra work costs: enum extra_work.
  std::chrono::nanoseconds row{0};
  std::chrono::nanoseconds text{0};
  Uncertain counting;                       // for the target, of the one that only counts
  std::chrono::nanoseconds whole_error{0};  // of `whole.target_per_call`: standard uncertainty
  // For the target, where the whole work is not done because the filter lets the call pass; without
  // a filter that of a call with all of it.
  std::chrono::nanoseconds passed{0};
};

// Makes ourselves the target, then a bystander, for some 10 ms in all. Afterwards `whole` is
// attached, `counting` is not, nobody is watched, and the maps are empty as before. Fails where
// it cannot tell the cost of a call from nothing, also when tried again.
// `counting` is null where nothing will be watched in slices: to change programs takes as long as
// all the rest, for the kernel waits for an RCU grace period.
[[nodiscard]] Result<Costs> measure_costs(syscall_stats_bpf& skeleton, Hooks& whole,
                                          Hooks* counting);

}  // namespace debug_process::trace::bpf
