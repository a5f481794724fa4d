// Whose processes may be watched. The kernel does not ask: with CAP_BPF and CAP_PERFMON, as file
// capabilities give them to everybody, a program sees all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "proc/rights.h"
#include "proc/status.h"
#include "util/result.h"

namespace debug_process::trace::bpf {

// As for ptrace(2): one's own processes, or CAP_SYS_PTRACE, or CAP_SYS_ADMIN, which could take it.
[[nodiscard]] bool may_watch(const proc::Status& target, const proc::Rights& own);

// The same, for a process of this machine. One that is gone is found out elsewhere.
[[nodiscard]] Result<void> check_owner(pid_t pid);

}  // namespace debug_process::trace::bpf
