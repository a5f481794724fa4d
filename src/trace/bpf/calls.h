// The tables by call of bpf/syscall_stats.bpf.c, merged over all CPUs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "trace/activity.h"
#include "util/result.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

struct Calls {
  std::map<SyscallKey, SyscallStats> by_key;
  std::vector<Transition> transitions;
};

// What was counted so far. While programs write, one field may be a call ahead of another.
[[nodiscard]] Result<Calls> read_calls(const syscall_stats_bpf& skeleton);

// `overflowed`: calls that were counted outside of a histogram.
void add_calls(Calls calls, std::uint64_t overflowed, Activity& activity);

}  // namespace debug_process::trace::bpf
