// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/busy.h"

#include <fmt/format.h>

#include <algorithm>

#include "proc/procfs.h"
#include "proc/schedstat.h"
#include "util/clock.h"

namespace debug_process::trace::ptrace {
namespace {

constexpr std::size_t kMostThreads = 2000;

}  // namespace

Busy::Busy(pid_t pid) : pid_(pid), began_(monotonic_now()), before_(read()) {}

std::map<pid_t, std::chrono::nanoseconds> Busy::read() const {
  const proc::Procfs procfs;
  std::map<pid_t, std::chrono::nanoseconds> wanted;
  const std::string tasks = fmt::format("{}/task", pid_);
  const auto tids = procfs.list_numbers(tasks);
  if (!tids || tids->size() > kMostThreads) return wanted;
  for (const int tid : *tids) {
    const auto stat =
        procfs.read(fmt::format("{}/{}/schedstat", tasks, tid)).and_then(proc::parse_schedstat);
    if (stat && stat->timeslices > 0) wanted[tid] = stat->on_cpu + stat->run_delay;
  }
  return wanted;
}

BusyShares Busy::until_now() const {
  const auto now = read();
  const std::chrono::duration<double> elapsed = monotonic_now() - began_;
  BusyShares busy;
  for (const auto& [tid, wanted] : now) {
    const auto before = before_.find(tid);
    if (before == before_.end() || elapsed.count() <= 0) continue;
    const std::chrono::duration<double> grown = wanted - before->second;
    busy[tid] = std::clamp(grown.count() / elapsed.count(), 0.0, 1.0);
  }
  return busy;
}

}  // namespace debug_process::trace::ptrace
