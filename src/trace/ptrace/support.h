// What of ptrace(2) this kernel has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "util/result.h"

namespace debug_process::trace::ptrace {

// PTRACE_GET_SYSCALL_INFO (Linux 5.3), tried on a child of our own: stops it for a moment and lets
// go of it.
[[nodiscard]] Result<void> try_syscall_info(pid_t child);

}  // namespace debug_process::trace::ptrace
