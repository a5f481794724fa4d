// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/calls.h"

#include <linux/audit.h>

#include <string>

#include "trace/read_write_calls.h"

namespace debug_process::trace::ptrace {
namespace {

#if defined(__x86_64__)
constexpr unsigned kCompatArch = AUDIT_ARCH_I386;
constexpr std::uint64_t kX32Bit = 0x40000000;
#elif defined(__aarch64__)
constexpr unsigned kCompatArch = AUDIT_ARCH_ARM;
constexpr std::uint64_t kX32Bit = 0;
#else
#error "no system call conventions for this architecture"
#endif

}  // namespace

CallTraits traits_of(const SyscallKey& key) {
  const std::string name = abi::syscall_name(key.abi, key.number);
  CallTraits traits;
  traits.ends_process = name == "exit_group";
  traits.never_returns = name == "exit" || traits.ends_process;
  traits.is_sigreturn = name == "rt_sigreturn" || name == "sigreturn";
  traits.is_restart = name == "restart_syscall";
  traits.is_exec = name == "execve" || name == "execveat";
  traits.reads_writes = reads_writes_in(name);
  const auto example = example_kinds().find(key);
  if (example != example_kinds().end()) traits.example = example->second;
  return traits;
}

SyscallKey key_of(unsigned audit_arch, std::uint64_t number) {
  if (audit_arch == kCompatArch) return {abi::Abi::compat32, static_cast<std::int32_t>(number)};
  const bool is_x32 = (number & kX32Bit) != 0 && number < 2 * kX32Bit;
  if (is_x32) return {abi::Abi::x32, static_cast<std::int32_t>(number & ~kX32Bit)};
  return {abi::Abi::native, static_cast<std::int32_t>(number)};
}

}  // namespace debug_process::trace::ptrace
