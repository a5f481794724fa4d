// Futexes, and paths that were asked about: bpf/objects.bpf.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trace/activity.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

// Once, after the programs stopped writing.
void read_objects(const syscall_stats_bpf& skeleton, Activity& activity);

// Empties what was counted.
void forget_objects(const syscall_stats_bpf& skeleton);

}  // namespace debug_process::trace::bpf
