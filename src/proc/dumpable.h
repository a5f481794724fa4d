// Processes that protect what they hold: prctl(2), PR_SET_DUMPABLE.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace debug_process::proc {

// The files of a process that is not dumpable are root's: proc(5). So are those of root's own
// processes, dumpable or not, and of kernel threads.
[[nodiscard]] bool files_are_roots(pid_t pid);

}  // namespace debug_process::proc
