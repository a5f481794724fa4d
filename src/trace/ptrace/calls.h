// What is special about a system call. By name, so that it holds for every ABI.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trace/activity.h"
#include "trace/examples.h"

namespace debug_process::trace::ptrace {

struct CallTraits {
  bool never_returns = false;  // exit, exit_group
  bool ends_process = false;   // exit_group
  bool is_sigreturn = false;   // "returns" what the interrupted code had
  bool is_restart = false;     // restart_syscall: goes on with a call that was interrupted
  bool is_exec = false;
  unsigned reads_writes = 0;  // that the kernel counts with it, in /proc/PID/io
  ExampleKind example = ExampleKind::none;
};

[[nodiscard]] CallTraits traits_of(const SyscallKey& key);

// As in PTRACE_GET_SYSCALL_INFO: an AUDIT_ARCH_*, and the number with the ABI's bits.
[[nodiscard]] SyscallKey key_of(unsigned audit_arch, std::uint64_t number);

}  // namespace debug_process::trace::ptrace
