// Who is followed with --follow, and what each of them did: bpf/processes.bpf.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "trace/activity.h"
#include "trace/bpf/kernel_ids.h"
#include "util/result.h"

struct syscall_stats_bpf;
struct thread_slot;

namespace debug_process::trace::bpf {

// Before the load: room for the children, or nothing of all this in the programs.
[[nodiscard]] Result<void> prepare_processes(syscall_stats_bpf& skeleton, const KernelIds& ids,
                                             bool follow);

// With the programs attached and the target set: enrolls it and those of its descendants that are
// there. Children that come meanwhile enroll themselves; /proc is read until nobody new is found.
// One whose parent has ended belongs to init by then, and is not found.
[[nodiscard]] Result<void> enroll_descendants(syscall_stats_bpf& skeleton, KernelIds& ids,
                                              pid_t target);

// On the clock of the programs: CLOCK_MONOTONIC.
struct Window {
  std::chrono::nanoseconds began{0};
  std::chrono::nanoseconds ended{0};
};

// After the programs stopped writing: the target first, then its descendants, oldest first. Who
// ended before the window is left out. `slots`: of their living threads.
[[nodiscard]] std::vector<ProcessStats> read_processes(const syscall_stats_bpf& skeleton,
                                                       std::uint32_t target_tgid,
                                                       std::span<const thread_slot> slots,
                                                       const Window& window);

}  // namespace debug_process::trace::bpf
