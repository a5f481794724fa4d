// Turns the kernel's "no" to ptrace into a cause and a remedy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "util/result.h"

namespace debug_process::trace::ptrace {

// What a refusal can come from.
struct Circumstances {
  pid_t pid = 0;
  int errno_value = 0;  // of PTRACE_SEIZE; 0: not tried yet
  bool ourselves = false;
  bool gone = false;
  bool kernel_thread = false;
  pid_t tracer_pid = 0;
  std::string tracer_comm;         // empty: unknown
  bool may_trace_all = false;      // CAP_SYS_PTRACE
  bool same_user = true;           // all of the target's user and group IDs are ours
  bool protects_itself = false;    // not dumpable: prctl(2), PR_SET_DUMPABLE
  std::optional<int> yama;         // /proc/sys/kernel/yama/ptrace_scope; nullopt: no Yama
  bool filtered = false;           // a seccomp filter is on us
  bool in_user_namespace = false;  // our capabilities hold only there
};

[[nodiscard]] Circumstances look_at_circumstances(pid_t pid);

// Asks the kernel whether it would let us, without doing anything: 0, or the errno. 0 too where it
// does not tell (before Linux 5.6, or a filter).
[[nodiscard]] int ask_for_permission(pid_t pid);

// What can be known before it is tried; nullopt: it may work.
[[nodiscard]] std::optional<Error> foreseen_refusal(const Circumstances& circumstances);
// After it was tried, and refused with an errno.
[[nodiscard]] Error refusal(const Circumstances& circumstances);

}  // namespace debug_process::trace::ptrace
