// The two variables of the BPF programs that user space turns while they run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "syscall_stats.skel.h"

namespace debug_process::trace::bpf {

// Read by the kernel at the same time: one store each, which the compiler may neither merge nor
// move.
inline void set_watching(syscall_stats_bpf& skeleton, bool on) {
  *const_cast<volatile __u8*>(&skeleton.bss->watching) = on ? 1 : 0;
}

// In the initial PID namespace; 0: no process at all.
inline void set_target(syscall_stats_bpf& skeleton, pid_t tgid) {
  *const_cast<volatile __u32*>(&skeleton.bss->target_tgid) = static_cast<__u32>(tgid);
}

}  // namespace debug_process::trace::bpf
