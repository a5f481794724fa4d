// SPDX-License-Identifier: Apache-2.0
#include "proc/task_syscall.h"

#include "proc/text.h"

namespace debug_process::proc {
namespace {

std::optional<std::uint64_t> address(std::string_view field) {
  if (!field.starts_with("0x")) return std::nullopt;
  return to_number<std::uint64_t>(field.substr(2), 16);
}

}  // namespace

Result<TaskSyscall> parse_task_syscall(std::string_view text) {
  std::string_view line;
  if (!Lines(text).next(line)) return malformed("syscall", 1, "empty");
  TaskSyscall call;
  if (line == "running") {
    call.running = true;
    return call;
  }
  Fields fields(line);
  const auto number = to_number<std::int64_t>(fields.next());
  if (!number) return malformed("syscall", 1, "the call's number is none");
  if (*number != -1) {
    call.number = number;
    for (std::uint64_t& arg : call.args) {
      const auto value = address(fields.next());
      if (!value) return malformed("syscall", 1, "an argument is no hexadecimal number");
      arg = *value;
    }
  }
  call.stack_pointer = address(fields.next());
  call.instruction_pointer = address(fields.next());
  if (!call.stack_pointer || !call.instruction_pointer) {
    return malformed("syscall", 1, "no stack and instruction pointer");
  }
  return call;
}

}  // namespace debug_process::proc
