// SPDX-License-Identifier: Apache-2.0
#include "trace/standing.h"

#include <cstdint>

namespace debug_process::trace {

std::optional<SyscallKey> call_of(const proc::TaskSyscall& standing) {
  constexpr std::int64_t kX32Bit = 0x40000000;
  constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
  if (!standing.number) return std::nullopt;
  const std::uint64_t stack = standing.stack_pointer.value_or(k4GiB);
  const std::uint64_t code = standing.instruction_pointer.value_or(k4GiB);
  // A kernel thread is in no call, and has neither stack nor code in user space.
  if (stack == 0 && code == 0) return std::nullopt;
  const auto number = static_cast<std::int32_t>(*standing.number & ~kX32Bit);
  if ((*standing.number & kX32Bit) != 0) return SyscallKey{abi::Abi::x32, number};
  const bool is_32_bit = stack < k4GiB && code < k4GiB;
  return SyscallKey{is_32_bit ? abi::Abi::compat32 : abi::Abi::native, number};
}

}  // namespace debug_process::trace
