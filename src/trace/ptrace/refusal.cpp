// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/refusal.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "proc/dumpable.h"
#include "proc/kernel_settings.h"
#include "proc/procfs.h"
#include "proc/rights.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "util/fd.h"

namespace debug_process::trace::ptrace {
namespace {

constexpr const char* kSudo = "run it as root (sudo), or with CAP_SYS_PTRACE";

// Yama's documentation: Documentation/admin-guide/LSM/Yama.rst.
constexpr int kOnlyDescendants = 1;
constexpr int kOnlyAdmin = 2;
constexpr int kNobody = 3;

Error explain(const Circumstances& circumstances, std::string detail, std::string hint) {
  return {"trace", fmt::format("process {} with ptrace", circumstances.pid),
          circumstances.errno_value, std::move(detail), std::move(hint)};
}

std::optional<Error> by_yama(const Circumstances& circumstances) {
  const int scope = circumstances.yama.value_or(0);
  if (scope >= kNobody)
    return explain(circumstances, "Yama forbids ptrace to everybody (kernel.yama.ptrace_scope = 3)",
                   "that lasts until the next boot: set another value in /etc/sysctl.d first");
  if (circumstances.may_trace_all) return std::nullopt;
  if (scope == kOnlyAdmin)
    return explain(circumstances,
                   "Yama leaves ptrace to administrators (kernel.yama.ptrace_scope = 2)", kSudo);
  if (scope == kOnlyDescendants)
    return explain(circumstances,
                   "Yama allows ptrace only of one's own children (kernel.yama.ptrace_scope = 1)",
                   fmt::format("{}, or allow it: sysctl kernel.yama.ptrace_scope=0", kSudo));
  return std::nullopt;
}

bool is_same_user(const proc::Status& status) {
  return status.real_uid == ::geteuid() && status.effective_uid == ::geteuid() &&
         status.real_gid == ::getegid() && status.effective_gid == ::getegid();
}

// Seccomp: 0 is none, 1 the strict mode, which no program that reads this can be in.
bool is_filtered(const proc::Rights& own) {
  return own.seccomp.value_or(0) != 0;
}

}  // namespace

Circumstances look_at_circumstances(pid_t pid) {
  const proc::Procfs procfs;
  Circumstances circumstances;
  circumstances.pid = pid;
  circumstances.ourselves = pid == ::getpid();
  const proc::Rights own = proc::read_rights(procfs);
  circumstances.may_trace_all = own.effective.has(CAP_SYS_PTRACE);
  circumstances.yama = proc::read_kernel_settings(procfs).yama_ptrace_scope;
  circumstances.in_user_namespace = own.initial_user_namespace == false;
  circumstances.filtered = is_filtered(own);
  const auto stat = procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
  const auto status = procfs.read(fmt::format("{}/status", pid)).and_then(proc::parse_status);
  circumstances.gone = !stat || !status;
  if (circumstances.gone) return circumstances;
  circumstances.kernel_thread = stat->is_kernel_thread();
  circumstances.same_user = is_same_user(*status);
  circumstances.protects_itself = status->real_uid != 0 && proc::files_are_roots(pid);
  circumstances.tracer_pid = status->tracer_pid;
  const auto tracer =
      procfs.read(fmt::format("{}/stat", status->tracer_pid)).and_then(proc::parse_stat);
  if (tracer) circumstances.tracer_comm = tracer->comm;
  return circumstances;
}

// pidfd_getfd(2) asks for the same right, before it looks for the descriptor that no process has.
// Under a filter its "no" may be the filter's: Docker's allows ptrace, and this not.
int ask_for_permission(pid_t pid) {
#if defined(SYS_pidfd_open) && defined(SYS_pidfd_getfd)
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return 0;
  const UniqueFd none(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), -1, 0)));
  if (none || errno != EPERM) return 0;
  return is_filtered(proc::read_rights()) ? 0 : EPERM;
#else
  (void)pid;
  return 0;
#endif
}

std::optional<Error> foreseen_refusal(const Circumstances& circumstances) {
  if (circumstances.ourselves)
    return explain(circumstances, "that is this program itself", "name another process");
  if (circumstances.gone) {
    Circumstances with_errno = circumstances;
    with_errno.errno_value = ESRCH;
    return explain(with_errno, "the process has ended", "");
  }
  if (circumstances.kernel_thread)
    return explain(circumstances, "it is a kernel thread, which makes no system calls", "");
  if (circumstances.tracer_pid != 0)
    return explain(circumstances,
                   fmt::format("already traced by process {}{}", circumstances.tracer_pid,
                               circumstances.tracer_comm.empty()
                                   ? ""
                                   : fmt::format(" ({})", circumstances.tracer_comm)),
                   "a process has one tracer at a time: end that one first, or use --backend bpf");
  return std::nullopt;
}

Error refusal(const Circumstances& circumstances) {
  if (auto foreseen = foreseen_refusal(circumstances)) return std::move(*foreseen);
  if (circumstances.errno_value == ENOSYS)
    return explain(circumstances,
                   "ptrace is not there: a sandbox (gVisor and the like) or a filter",
                   "run it on the host");
  if (circumstances.errno_value == EIO)
    return explain(circumstances, "this kernel lacks PTRACE_GET_SYSCALL_INFO",
                   "that came with Linux 5.3");
  if (!circumstances.may_trace_all && !circumstances.same_user)
    return explain(circumstances, "it belongs to another user, or changed its own", kSudo);
  if (!circumstances.may_trace_all && circumstances.protects_itself)
    return explain(circumstances, "it is not dumpable: it protects what it holds (prctl(2))",
                   kSudo);
  if (auto yama = by_yama(circumstances)) return std::move(*yama);
  if (circumstances.may_trace_all && circumstances.in_user_namespace)
    return explain(circumstances,
                   "it belongs to another user namespace, where our CAP_SYS_PTRACE means nothing",
                   "run it on the host, or in that namespace");
  if (circumstances.filtered)
    return explain(circumstances, "a seccomp filter of this container may forbid ptrace",
                   "allow it (docker run --cap-add SYS_PTRACE), or run it on the host");
  return explain(circumstances, "a security module (SELinux, AppArmor) may forbid it",
                 "see its log: ausearch -m avc, or dmesg");
}

}  // namespace debug_process::trace::ptrace
