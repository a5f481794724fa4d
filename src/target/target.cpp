// SPDX-License-Identifier: Apache-2.0
#include "target/target.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "proc/stat.h"
#include "proc/status.h"

namespace debug_process::target {
namespace {

tl::unexpected<Error> no_such_process(pid_t pid) {
  return fail({"find process",
               std::to_string(pid),
               ESRCH,
               {},
               "it has ended, or it lives in another PID namespace: ps -e lists the processes that "
               "are here"});
}

// A thread's directory can be opened under /proc though it is not listed there.
Result<void> refuse_thread(const proc::Procfs& procfs, pid_t pid) {
  const auto status = procfs.read(fmt::format("{}/status", pid)).and_then(proc::parse_status);
  if (!status && !proc::is_gone(status.error())) return tl::unexpected(status.error());
  if (!status) return no_such_process(pid);
  if (status->tgid == pid) return {};
  return fail({"report on", std::to_string(pid), 0,
               fmt::format("it is a thread of process {} ({})", status->tgid, status->name),
               fmt::format("give the process: debug-process {}", status->tgid)});
}

}  // namespace

Result<Target> Target::open(const proc::Procfs& procfs, pid_t pid) {
  if (auto whole = refuse_thread(procfs, pid); !whole) return tl::unexpected(whole.error());
  Target target;
  target.pid_ = pid;
  target.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!target.pidfd_ && errno == ESRCH) return no_such_process(pid);
  if (!target.pidfd_) return fail_errno("open a pidfd of process", std::to_string(pid));
  // After the pidfd: what is read now is of the process that the pidfd holds, or it has ended.
  const auto stat = procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
  if (!stat) return no_such_process(pid);
  target.start_time_ = stat->start_time;
  target.threads_ = static_cast<unsigned>(stat->threads);
  target.is_kernel_thread_ = stat->is_kernel_thread();
  return target;
}

bool Target::has_ended() const {
  pollfd poll_fd{pidfd_.get(), POLLIN, 0};
  return ::poll(&poll_fd, 1, 0) > 0;
}

}  // namespace debug_process::target
