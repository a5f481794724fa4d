// /proc/PID/task/TID/syscall: proc(5), the kernel's proc_pid_syscall().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

struct TaskSyscall {
  bool running = false;                 // on a CPU or runnable: nothing else is known
  std::optional<std::int64_t> number;   // nullopt: blocked outside of any system call, or running
  std::array<std::uint64_t, 6> args{};  // when `number`
  std::optional<std::uint64_t> stack_pointer;  // nullopt: running
  std::optional<std::uint64_t> instruction_pointer;
};

// "running"
// "-1 0x7ffd1c3c 0x7f2b9c3d"
// "232 0x4 0x7ffd1c40 0x400 0xffffffff 0x0 0x8 0x7ffd1c3c 0x7f2b9c3d"
[[nodiscard]] Result<TaskSyscall> parse_task_syscall(std::string_view text);

}  // namespace debug_process::proc
