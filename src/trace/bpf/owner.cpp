// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/owner.h"

#include <fmt/format.h>

#include <cerrno>

#include "proc/procfs.h"

namespace debug_process::trace::bpf {

bool may_watch(const proc::Status& target, const proc::Rights& own) {
  if (own.effective.has(CAP_SYS_PTRACE) || own.effective.has(CAP_SYS_ADMIN)) return true;
  return target.real_uid == own.uid && target.effective_uid == own.uid;
}

Result<void> check_owner(pid_t pid) {
  const proc::Procfs procfs;
  const auto target = procfs.read(fmt::format("{}/status", pid)).and_then(proc::parse_status);
  if (!target || may_watch(*target, proc::read_rights(procfs))) return {};
  return fail({"watch process", std::to_string(pid), EPERM,
               "it belongs to another user, and CAP_SYS_PTRACE is missing",
               "run it with sudo, or give it CAP_SYS_PTRACE beside CAP_BPF and CAP_PERFMON"});
}

}  // namespace debug_process::trace::bpf
