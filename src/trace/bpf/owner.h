// Whose processes may be watched. The kernel does not ask: with CAP_BPF and CAP_PERFMON, as file
// capabilities give them to everybody, a program sees all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "proc/rights.h"
#include "proc/status.h"
#include "util/result.h"

namespace debug_process::trace::bpf {

// Why not.
enum class Guard {
  none,
  other_owner,   // one of its users or groups is not ours: it is another's, or has been
  not_dumpable,  // ours, and it protects what it holds: prctl(2)
};

// As for ptrace(2), without Yama: one's own processes, unless they are not dumpable; with
// CAP_SYS_PTRACE, or CAP_SYS_ADMIN, which could take it, all.
[[nodiscard]] Guard guard_of(const proc::Status& target, bool dumpable, const proc::Rights& own);
[[nodiscard]] inline bool may_watch(const proc::Status& target, bool dumpable,
                                    const proc::Rights& own) {
  return guard_of(target, dumpable, own) == Guard::none;
}

// The same, for a process of this machine. One that is gone is found out elsewhere.
[[nodiscard]] Result<void> check_owner(pid_t pid);

}  // namespace debug_process::trace::bpf
