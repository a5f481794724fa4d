// The variables of the BPF programs that user space sets while they run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>

#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "util/clock.h"

namespace debug_process::trace::bpf {

// Read by the kernel at the same time: one store each, which the compiler may neither merge nor
// move.

// Calls that begin from now on are timed, calls that end are counted.
// What was closed while nobody watched did not show: all descriptors are looked up anew.
inline void start_watching(syscall_stats_bpf& skeleton) {
  __atomic_fetch_add(&skeleton.data->fd_generation, 1, __ATOMIC_RELAXED);
  *const_cast<volatile __u64*>(&skeleton.bss->watching_since) =
      static_cast<__u64>(monotonic_now().count());
}

inline void stop_watching(syscall_stats_bpf& skeleton) {
  *const_cast<volatile __u64*>(&skeleton.bss->watching_since) = 0;
}

// The same for the program that only counts.
inline void set_counting(syscall_stats_bpf& skeleton, bool on) {
  *const_cast<volatile __u8*>(&skeleton.bss->counting) = on ? 1 : 0;
}

inline void set_measuring(syscall_stats_bpf& skeleton, measuring what) {
  *const_cast<volatile __u8*>(&skeleton.bss->measuring) = static_cast<__u8>(what);
}

// What extra work costs from now on, by its kind: enum extra_work.
inline void set_extra_costs(syscall_stats_bpf& skeleton, std::chrono::nanoseconds row,
                            std::chrono::nanoseconds text) {
  *const_cast<volatile __u32*>(&skeleton.bss->row_ns) = static_cast<__u32>(row.count());
  *const_cast<volatile __u32*>(&skeleton.bss->text_ns) = static_cast<__u32>(text.count());
}

[[nodiscard]] inline std::chrono::nanoseconds watching_since(const syscall_stats_bpf& skeleton) {
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(*const_cast<const volatile __u64*>(&skeleton.bss->watching_since)));
}

// In the initial PID namespace; 0: no process at all.
inline void set_target(syscall_stats_bpf& skeleton, pid_t tgid) {
  *const_cast<volatile __u32*>(&skeleton.bss->target_tgid) = static_cast<__u32>(tgid);
}

}  // namespace debug_process::trace::bpf
