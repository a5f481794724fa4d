// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "proc/io.h"
#include "proc/procfs.h"
#include "proc/schedstat.h"
#include "trace/ptrace/cpu.h"
#include "util/clock.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostThreads = 2000;

std::optional<Use> use_of(const proc::Procfs& procfs, const std::string& task) {
  const auto stat = procfs.read(task + "/schedstat").and_then(proc::parse_schedstat);
  if (!stat || stat->timeslices == 0) return std::nullopt;
  Use use{stat->on_cpu, stat->run_delay, std::nullopt};
  if (const auto io = procfs.read(task + "/io").and_then(proc::parse_io))
    use.reads_writes = io->read_calls + io->write_calls;
  return use;
}

// One that began meanwhile has grown from nothing.
Use growth(const Use& now, const Use& before) {
  Use grown{std::max(now.cpu - before.cpu, nanoseconds(0)),
            std::max(now.waited - before.waited, nanoseconds(0)), now.reads_writes};
  if (grown.reads_writes)
    *grown.reads_writes -= std::min(*grown.reads_writes, before.reads_writes.value_or(0));
  return grown;
}

}  // namespace

double Uses::busy(const Use& use) const {
  if (time.count() <= 0) return 1;
  const std::chrono::duration<double> wanted = use.cpu + use.waited;
  return std::clamp(wanted / std::chrono::duration<double>(time), 0.0, 1.0);
}

std::optional<nanoseconds> Uses::cpu_of_others() const {
  if (!cpu || threads.empty()) return std::nullopt;
  nanoseconds others = *cpu;
  for (const auto& [tid, use] : threads) others -= use.cpu;
  return std::max(others, nanoseconds(0));
}

Accounts::Accounts(pid_t pid)
    : pid_(pid), began_(monotonic_now()), before_(read()), cpu_before_(process_cpu_time(pid)) {}

std::map<pid_t, Use> Accounts::read() const {
  const proc::Procfs procfs;
  std::map<pid_t, Use> uses;
  const std::string tasks = fmt::format("{}/task", pid_);
  const auto tids = procfs.list_numbers(tasks);
  if (!tids || tids->size() > kMostThreads) return uses;
  for (const int tid : *tids)
    if (const auto use = use_of(procfs, fmt::format("{}/{}", tasks, tid))) uses[tid] = *use;
  return uses;
}

Uses Accounts::until_now() const {
  Uses uses;
  uses.time = monotonic_now() - began_;
  const auto cpu = process_cpu_time(pid_);
  if (cpu && cpu_before_) uses.cpu = *cpu - *cpu_before_;
  if (before_.empty()) return uses;
  for (const auto& [tid, now] : read()) {
    const auto before = before_.find(tid);
    uses.threads[tid] = growth(now, before == before_.end() ? Use{} : before->second);
  }
  return uses;
}

}  // namespace debug_process::trace::ptrace
