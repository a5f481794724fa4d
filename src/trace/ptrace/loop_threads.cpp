// Which threads and processes are traced: those there, those to come, and those that go.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>

#include "proc/stat.h"
#include "proc/status.h"
#include "trace/ptrace/loop.h"
#include "util/result.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// So many threads are seized before those that have stopped meanwhile are looked after.
constexpr std::size_t kSeizedAtOnce = 32;

std::optional<proc::Status> status_of(pid_t pid) {
  const auto status =
      proc::Procfs().read(fmt::format("{}/status", pid)).and_then(proc::parse_status);
  if (!status) return std::nullopt;
  return *status;
}

// A refusal that is none: it has ended, or its maker's trace has reached it before us.
bool is_ended_or_ours(pid_t tid) {
  const auto status = status_of(tid);
  return !status || status->state == 'Z' || status->state == 'X' ||
         status->tracer_pid == static_cast<pid_t>(::syscall(SYS_gettid));
}

std::string comm_of(pid_t pid) {
  std::string comm = proc::Procfs().read(fmt::format("{}/comm", pid)).value_or("");
  if (comm.ends_with('\n')) comm.pop_back();
  return comm;
}

std::multimap<pid_t, pid_t> children_by_parent() {
  const proc::Procfs procfs;
  std::multimap<pid_t, pid_t> children;
  const auto pids = procfs.list_numbers("");
  if (!pids) return children;
  for (const int pid : *pids)
    if (const auto stat = procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat))
      children.emplace(stat->ppid, pid);
  return children;
}

unsigned trace_options(bool follow) {
  // Never PTRACE_O_EXITKILL: our end would be the target's.
  unsigned options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
  if (follow) options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
  return options;
}

}  // namespace

int Loop::seize() {
  const int refused = seize_process(add_process(options_.pid, std::nullopt));
  if (refused == 0 && options_.follow) seize_descendants();
  return refused;
}

// A traced thread's new threads are traced from their start, and those of a thread not yet traced
// show in the next pass.
int Loop::seize_process(Process& process) {
  for (;;) {
    std::size_t added = 0;
    if (const int refused = seize_new_threads(process, added); refused != 0) return refused;
    drain();
    if (added == 0) return 0;
  }
}

int Loop::seize_new_threads(Process& process, std::size_t& added) {
  const auto tids =
      proc::Procfs().list_numbers(fmt::format("{}/task", process.stats.pid.value_or(0)));
  if (!tids) return ESRCH;
  for (const int tid : *tids) {
    Tracee* const known = find(tid);
    if (known != nullptr && known->seized) continue;
    const int refused = ptrace::seize(tid, trace_options(options_.follow));
    if (refused != 0 && refused != ESRCH && !is_ended_or_ours(tid)) return refused;
    if (refused != 0) continue;
    if (known != nullptr)
      known->seized = true;
    else
      add_thread(process, tid, monotonic_now());
    if (++added % kSeizedAtOnce == 0) drain();
  }
  return 0;
}

void Loop::seize_descendants() {
  std::size_t refused = 0;
  std::set<pid_t> done{options_.pid};
  std::deque<pid_t> parents{options_.pid};
  const auto children = children_by_parent();
  while (!parents.empty()) {
    const pid_t parent = parents.front();
    parents.pop_front();
    const auto [first, last] = children.equal_range(parent);
    for (auto child = first; child != last; ++child) {
      if (!done.insert(child->second).second) continue;
      parents.push_back(child->second);
      if (living_.contains(child->second)) continue;
      if (seize_process(add_process(child->second, parent)) != 0) ++refused;
    }
  }
  if (refused > 0)
    end_.notes.push_back(fmt::format(
        "{} of its child processes may not be traced, and their calls are not counted", refused));
}

Process& Loop::add_process(pid_t pid, std::optional<pid_t> parent) {
  Process& process = processes_.emplace_back();
  process.stats.pid = pid;
  process.stats.parent = parent;
  process.stats.comm = comm_of(pid);
  process.stats.started_in_window = counting_;
  living_[pid] = &process;
  return process;
}

Tracee& Loop::add_thread(Process& process, pid_t tid, nanoseconds now) {
  Tracee& thread = tracees_[tid];
  thread.tid = tid;
  thread.process = &process;
  thread.calls.process = &process.calls;
  thread.joined = now;
  thread.born_in_window = counting_;
  return thread;
}

Tracee* Loop::adopt(pid_t tid, nanoseconds now) {
  Process* const process = process_of(tid);
  if (process == nullptr) {
    (void)detach(tid);
    return nullptr;
  }
  Tracee& thread = add_thread(*process, tid, now);
  thread.cpu_began = nanoseconds(0);
  return &thread;
}

Process* Loop::process_of(pid_t tid) {
  const auto target = living_.find(options_.pid);
  const std::string task = fmt::format("/proc/{}/task/{}", options_.pid, tid);
  if (target != living_.end() && ::access(task.c_str(), F_OK) == 0) return target->second;
  if (!options_.follow) return nullptr;
  const auto status = status_of(tid);
  if (!status) return nullptr;
  const auto found = living_.find(status->tgid);
  if (found != living_.end()) return found->second;
  return &add_process(status->tgid, status->ppid);
}

// All other threads are gone, and the one that made the call has the leader's tid now.
void Loop::executed(pid_t leader, nanoseconds now) {
  take_event(leader);
  const auto message = event_message(leader);
  const pid_t former = message ? static_cast<pid_t>(*message) : leader;
  const auto found = living_.find(leader);
  if (found == living_.end()) return;
  Process& process = *found->second;
  process.stats.comm = comm_of(leader);
  // Not seen before where the thread could not be stopped until now: see try_to_stop().
  const bool unseen = !counting_ && options_.from_next_exec && leader == options_.pid;
  if (unseen) open(now);
  if (leader == options_.pid && counting_) ++end_.execs;
  std::optional<Tracee> caller;
  for (auto entry = tracees_.begin(); entry != tracees_.end();) {
    Tracee& thread = entry->second;
    if (thread.process != &process) {
      ++entry;
      continue;
    }
    if (thread.tid == former)
      caller = std::move(thread);
    else
      bury(thread, now);
    entry = tracees_.erase(entry);
  }
  if (!caller) return;
  caller->tid = leader;
  Tracee& thread = tracees_[leader] = std::move(*caller);
  if (!unseen) return;
  // It is still in the call, and that is the first that counts.
  if (const auto call = looker_.call(leader, leader))
    counters_.enter_unseen(thread.calls, call->key, call->args);
}

void Loop::ended(const Event& event, nanoseconds now) {
  if (const auto found = tracees_.find(event.tid); found != tracees_.end()) {
    keep_last_call(found->second, event);
    bury(found->second, now);
    tracees_.erase(found);
  }
  if (const auto found = living_.find(event.tid); found != living_.end()) {
    found->second->stats.ended_in_window = counting_;
    found->second->stats.wait_status = event.wait_status;
    living_.erase(found);
  }
  over_ = over_ || event.tid == options_.pid;
  if (event.tid == options_.pid) end_.wait_status = event.wait_status;
  // What we have started is waited for by who has started it, and read until then.
  if (event.tid == options_.pid && options_.from_next_exec) return;
  take_event(event.tid);
}

// A thread that ends before the others has a status of 0, and no call to end them all was seen.
void Loop::keep_last_call(const Tracee& thread, const Event& event) {
  const bool with_all = ending_ || WIFSIGNALED(event.wait_status) || event.tid == options_.pid;
  const bool its_own = thread.process->stats.pid == options_.pid;
  if (!counting_ || !with_all || !its_own || !thread.watched_since) return;
  const bool in_call = thread.calls.in_call.has_value();
  const CallRow* const row = in_call ? thread.calls.in_call->row : thread.calls.previous;
  if (row != nullptr && row->wanted)
    end_.last_calls.push_back({thread.tid, row->stats.key, !in_call});
}

void Loop::bury(Tracee& thread, nanoseconds now) {
  if (thread.stopping) --stopping_;
  if (!counting_) return;
  end_watch(thread, now);
  const Exposure exposure = thread.exposure(now);
  ++exited_.threads;
  exited_.calls += exposure.calls;
  exited_.fully_watched = exited_.fully_watched && exposure.watched == exposure.window;
  exited_.exposure += exposure;
}

}  // namespace debug_process::trace::ptrace
