// Where a thread stands, as /proc tells it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "proc/task_syscall.h"
#include "trace/activity.h"

namespace debug_process::trace {

// The call that a thread is in; nullopt: in none, or it runs. /proc/TID/syscall tells no ABI, so
// that is guessed from the addresses: x32 calls have a bit of their own, and of 32-bit programs
// both stack and code are below 4 GiB, which of a 64-bit one they never are. A 64-bit program that
// makes a 32-bit call (int 0x80) is taken for a 64-bit one.
[[nodiscard]] std::optional<SyscallKey> call_of(const proc::TaskSyscall& standing);

}  // namespace debug_process::trace
