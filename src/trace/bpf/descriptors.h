// Calls by open file: bpf/descriptors.bpf.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "trace/activity.h"
#include "util/result.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

// Before the load: which calls count for which descriptor, and room for as many descriptors as the
// target's table has places. `pid` is in our PID namespace.
[[nodiscard]] Result<void> prepare_descriptors(syscall_stats_bpf& skeleton, pid_t pid);

// After the load: rows for what is closed and finds no room for a row by path.
[[nodiscard]] Result<void> make_rows_for_closed(const syscall_stats_bpf& skeleton);

// Empties all that was counted by descriptor.
[[nodiscard]] Result<void> forget_descriptors(const syscall_stats_bpf& skeleton);

// Once, after the programs stopped writing.
[[nodiscard]] Result<void> read_descriptors(const syscall_stats_bpf& skeleton, Activity& activity);

}  // namespace debug_process::trace::bpf
