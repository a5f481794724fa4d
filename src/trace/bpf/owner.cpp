// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "proc/dumpable.h"
#include "proc/procfs.h"
#include "proc/stat.h"

namespace debug_process::trace::bpf {
namespace {

constexpr std::uint32_t kForkedNotExecuted = 0x40;  // PF_FORKNOEXEC of linux/sched.h

bool is_ours(const proc::Status& target, const proc::Rights& own) {
  return target.real_uid == own.uid && target.effective_uid == own.uid &&
         target.saved_uid == own.uid && target.real_gid == own.gid &&
         target.effective_gid == own.gid && target.saved_gid == own.gid;
}

// Ourselves, or a command before its execve, which is still ourselves. With file capabilities on
// our binary we are not dumpable, and it neither.
bool is_ourselves(const proc::Procfs& procfs, pid_t pid) {
  if (pid == ::getpid()) return true;
  const auto stat = procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
  return stat && stat->ppid == ::getpid() && (stat->flags & kForkedNotExecuted) != 0;
}

// What belongs to root says nothing: its files are root's in any case.
bool is_dumpable(const proc::Procfs& procfs, pid_t pid, const proc::Status& target) {
  return target.effective_uid == 0 || !proc::files_are_roots(pid) || is_ourselves(procfs, pid);
}

}  // namespace

Guard guard_of(const proc::Status& target, bool dumpable, const proc::Rights& own) {
  if (own.effective.has(CAP_SYS_PTRACE) || own.effective.has(CAP_SYS_ADMIN)) return Guard::none;
  if (!is_ours(target, own)) return Guard::other_owner;
  return dumpable ? Guard::none : Guard::not_dumpable;
}

Result<void> check_owner(pid_t pid) {
  const proc::Procfs procfs;
  const auto target = procfs.read(fmt::format("{}/status", pid)).and_then(proc::parse_status);
  if (!target) return {};
  const Guard guard =
      guard_of(*target, is_dumpable(procfs, pid, *target), proc::read_rights(procfs));
  if (guard == Guard::none) return {};
  return fail({"watch process", std::to_string(pid), EPERM,
               guard == Guard::other_owner
                   ? "it belongs to another user, and CAP_SYS_PTRACE is missing"
                   : "it is not dumpable: it protects what it holds, and CAP_SYS_PTRACE is missing",
               "run it with sudo, or give it CAP_SYS_PTRACE beside CAP_BPF and CAP_PERFMON"});
}

}  // namespace debug_process::trace::bpf
