// SPDX-License-Identifier: Apache-2.0
#include "doctor/features.h"

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <functional>

#include "proc/pressure.h"
#include "proc/procfs.h"
#include "proc/schedstat.h"
#include "proc/task_syscall.h"
#include "trace/ptrace/support.h"
#include "util/fd.h"

namespace debug_process::doctor {
namespace {

using Tried = std::optional<Error>;

template <typename T>
Tried outcome(const Result<T>& result) {
  return result ? std::nullopt : Tried(result.error());
}

// It may be on its way into pause(2) still.
Result<proc::TaskSyscall> parked_call(const proc::Procfs& procfs, pid_t child) {
  constexpr int kTries = 200;
  for (int i = 0;; ++i) {
    auto call = procfs.read(fmt::format("{}/syscall", child)).and_then(proc::parse_task_syscall);
    if (!call || call->number || i == kTries) return call;
    ::usleep(1000);
  }
}

Tried try_task_syscall(const proc::Procfs& procfs, pid_t child) {
  const auto call = parked_call(procfs, child);
  if (!call) return call.error();
  if (!call->number) return Error{"see the call of", "a sleeping process", 0, {}, {}};
  return std::nullopt;
}

Tried try_wait_channel(const proc::Procfs& procfs, pid_t child) {
  const auto channel = procfs.read(fmt::format("{}/wchan", child));
  if (!channel) return channel.error();
  if (channel->empty() || *channel == "0")
    return Error{"see the wait channel of", "a sleeping process", 0, "the kernel says 0", {}};
  return std::nullopt;
}

Tried try_schedstat(const proc::Procfs& procfs, pid_t child) {
  const auto stat = procfs.read(fmt::format("{}/schedstat", child)).and_then(proc::parse_schedstat);
  if (!stat) return stat.error();
  if (stat->timeslices == 0)
    return Error{"read", "schedstat", 0, "the kernel keeps no account", {}};
  return std::nullopt;
}

Tried try_pidfd(pid_t child) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  return pidfd ? std::nullopt : Tried(fail_errno("open a pidfd").value());
}

}  // namespace

std::vector<Feature> try_features(pid_t child) {
  const proc::Procfs procfs;
  return {
      {"task_syscall", "/proc/PID/syscall",
       "which call a thread is in: sampling, and calls that outlast the window",
       try_task_syscall(procfs, child)},
      {"wait_channel", "/proc/PID/wchan", "the kernel function that a thread waits in",
       try_wait_channel(procfs, child)},
      {"ptrace_syscall_info", "PTRACE_GET_SYSCALL_INFO", "the ptrace backend (Linux 5.3)",
       outcome(trace::ptrace::try_syscall_info(child))},
      {"schedstat", "/proc/PID/schedstat",
       "CPU time to the nanosecond, and how long threads wait for a CPU",
       try_schedstat(procfs, child)},
      {"pressure", "/proc/pressure", "whether CPU, memory or disks are short on this machine (PSI)",
       outcome(procfs.read("pressure/cpu").and_then(proc::parse_pressure))},
      {"smaps_rollup", "/proc/PID/smaps_rollup", "proportional memory (PSS) in one quick read",
       outcome(procfs.read(fmt::format("{}/smaps_rollup", child)))},
      {"pidfd", "pidfd_open(2)", "never to mistake another process for this one (Linux 5.3)",
       try_pidfd(child)},
  };
}

std::optional<int> cgroup_version(const std::string& root) {
  if (::access((root + "/cgroup.controllers").c_str(), F_OK) == 0) return 2;
  for (const char* controller : {"/memory", "/cpu", "/cpu,cpuacct"})
    if (::access((root + controller).c_str(), F_OK) == 0) return 1;
  return std::nullopt;
}

}  // namespace debug_process::doctor
