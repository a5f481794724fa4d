// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/support.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace debug_process::trace::ptrace {

Result<void> try_syscall_info(pid_t child) {
  if (::ptrace(PTRACE_SEIZE, child, nullptr, nullptr) != 0)
    return fail_errno("seize", "a child of our own");
  Result<void> tried;
  int status = 0;
  if (::ptrace(PTRACE_INTERRUPT, child, nullptr, nullptr) != 0 ||
      ::waitpid(child, &status, __WALL) != child) {
    tried = fail_errno("stop", "a child of our own");
  } else {
    __ptrace_syscall_info info{};
    if (::syscall(SYS_ptrace, PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) < 0)
      tried = fail_errno("ask for", "PTRACE_GET_SYSCALL_INFO");
  }
  ::ptrace(PTRACE_DETACH, child, nullptr, nullptr);
  return tried;
}

}  // namespace debug_process::trace::ptrace
