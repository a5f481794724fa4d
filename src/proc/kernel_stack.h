// /proc/PID/task/TID/stack: proc(5), the kernel's proc_pid_stack().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace debug_process::proc {

// Whether a thread with that stack is within a system call: the kernel's functions, the innermost
// first, have one that system calls come in by, and none that leads back to the program. A thread
// that an interrupt or a fault took out of its program is not.
// "[<0>] anon_pipe_write+0x1f2/0x6a0\n[<0>] vfs_write+0x2c4/0x410\n... do_syscall_64+0x5d/0x90"
[[nodiscard]] bool is_within_call(std::string_view stack);

}  // namespace debug_process::proc
