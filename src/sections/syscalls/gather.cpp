// SPDX-License-Identifier: Apache-2.0
#include "sections/syscalls/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "proc/stat.h"
#include "proc/status.h"
#include "proc/task_syscall.h"
#include "proc/wchan.h"
#include "sections/syscalls/describe.h"
#include "trace/usual_cycle.h"

namespace debug_process::sections::syscalls {
namespace {

using std::chrono::nanoseconds;

// Three to four files a thread at some 8 us each, twice: more threads than this would delay the
// report.
constexpr std::size_t kMaxThreads = 2000;

// The file tells no ABI. x32 calls have a bit of their own, and of 32-bit programs all addresses
// are below 4 GiB, which of a 64-bit one are never both.
std::optional<trace::SyscallKey> key_of(const proc::TaskSyscall& call) {
  constexpr std::int64_t kX32Bit = 0x40000000;
  constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
  if (!call.number) return std::nullopt;
  // A kernel thread is in no call, and has neither stack nor code in user space.
  if (call.stack_pointer == 0U && call.instruction_pointer == 0U) return std::nullopt;
  if (call.stack_pointer.value_or(k4GiB) < k4GiB &&
      call.instruction_pointer.value_or(k4GiB) < k4GiB && (*call.number & kX32Bit) == 0)
    return trace::SyscallKey{trace::abi::Abi::compat32, static_cast<std::int32_t>(*call.number)};
  if ((*call.number & kX32Bit) != 0)
    return trace::SyscallKey{trace::abi::Abi::x32,
                             static_cast<std::int32_t>(*call.number & ~kX32Bit)};
  return trace::SyscallKey{trace::abi::Abi::native, static_cast<std::int32_t>(*call.number)};
}

Standing read_standing(const proc::Procfs& procfs, const std::string& task, bool& refused) {
  Standing standing;
  if (const auto stat = procfs.read(task + "/stat").and_then(proc::parse_stat))
    standing.thread = stat->comm;
  if (const auto call = procfs.read(task + "/syscall").and_then(proc::parse_task_syscall)) {
    standing.running = call->running;
    standing.call = key_of(*call);
  } else if (!proc::is_gone(call.error())) {
    refused = true;
  }
  if (const auto status = procfs.read(task + "/status").and_then(proc::parse_status))
    standing.switches = status->voluntary_switches;
  if (const auto channel = procfs.read(task + "/wchan"))
    standing.wait_channel = proc::parse_wchan(*channel);
  return standing;
}

Row to_row(const trace::SyscallStats& stats) {
  Row row;
  row.syscall = trace::abi::syscall_name(stats.key.abi, stats.key.number);
  row.abi = trace::abi::abi_name(stats.key.abi);
  row.calls = stats.calls;
  row.errors = stats.errors;
  row.restarts = stats.restarts;
  row.untimed = stats.untimed;
  row.latency = stats.latency;
  return row;
}

void add_counted(const trace::Activity& activity, Facts& facts) {
  for (const trace::SyscallStats& stats : activity.syscalls) {
    facts.rows.push_back(to_row(stats));
    facts.calls += stats.calls;
    facts.errors += stats.errors;
    facts.in_syscalls += stats.latency.sum;
  }
  std::sort(facts.rows.begin(), facts.rows.end(), [](const Row& a, const Row& b) {
    return std::tie(b.latency.sum, b.calls, a.syscall) <
           std::tie(a.latency.sum, a.calls, b.syscall);
  });
  for (const trace::SyscallKey& key : trace::usual_cycle(activity))
    facts.activity.push_back(trace::abi::syscall_name(key.abi, key.number));
  for (const auto& [what, count] : activity.losses)
    facts.completeness.add_gap(fmt::format("lost: {} {}", count, describe_loss(what)));
}

const Standing* find(const Snapshot& snapshot, pid_t tid) {
  const auto found = snapshot.threads.find(tid);
  return found == snapshot.threads.end() ? nullptr : &found->second;
}

void add_begun_in_window(const trace::Activity& activity, const Snapshot& end, Facts& facts) {
  for (const trace::InFlight& call : activity.in_flight) {
    InFlight row;
    row.tid = call.tid;
    row.syscall = trace::abi::syscall_name(call.key.abi, call.key.number);
    row.elapsed = call.elapsed;
    if (const Standing* standing = find(end, call.tid)) {
      row.thread = standing->thread;
      row.wait_channel = standing->wait_channel;
    }
    facts.in_flight.push_back(std::move(row));
  }
}

// Traced, a thread without any event has been where it is all the time, unless it had to share its
// slot with another. Then, and untraced, only an unchanged count of switches says so, and else
// nothing is known of how long.
void add_without_event(const Snapshot& start, const Snapshot& end, nanoseconds window,
                       const trace::Activity* activity, Facts& facts) {
  const bool every_event_told =
      activity != nullptr && !activity->losses.contains("latency_thread_slot");
  std::set<pid_t> seen;
  if (activity != nullptr)
    for (const trace::ThreadStats& thread : activity->threads) seen.insert(thread.tid);
  for (const auto& [tid, standing] : end.threads) {
    if (!standing.call || seen.contains(tid)) continue;
    const Standing* before = find(start, tid);
    const bool same_call = before != nullptr && (!before->call || before->call == standing.call);
    const bool unchanged = same_call && (every_event_told || before->switches == standing.switches);
    if (activity != nullptr && !unchanged) continue;
    InFlight row;
    row.tid = tid;
    row.thread = standing.thread;
    row.syscall = trace::abi::syscall_name(standing.call->abi, standing.call->number);
    row.wait_channel = standing.wait_channel;
    row.started_before_window = unchanged;
    if (unchanged) row.elapsed = window;
    facts.in_flight.push_back(std::move(row));
  }
}

}  // namespace

Snapshot snapshot(const Source& source) {
  Snapshot snapshot;
  const std::string tasks = fmt::format("{}/task", source.pid);
  const auto tids = source.procfs.list_numbers(tasks);
  if (!tids) {
    if (!proc::is_gone(tids.error())) snapshot.gap = tids.error().message();
    return snapshot;
  }
  if (tids->size() > kMaxThreads) {
    snapshot.gap =
        fmt::format("calls in flight are not looked up for more than {} threads", kMaxThreads);
    return snapshot;
  }
  bool refused = false;
  for (const int tid : *tids)
    snapshot.threads.emplace(
        tid, read_standing(source.procfs, fmt::format("{}/{}", tasks, tid), refused));
  if (refused)
    snapshot.gap =
        "calls that began before the window need the same user or CAP_SYS_PTRACE: run with sudo";
  return snapshot;
}

Facts gather(const Snapshot& start, const Snapshot& end, nanoseconds window,
             const trace::Activity* activity, const std::string& why_untraced) {
  Facts facts;
  facts.traced = activity != nullptr;
  if (activity != nullptr) {
    facts.observed = activity->observed;
    add_counted(*activity, facts);
    add_begun_in_window(*activity, end, facts);
    if (end.gap) facts.completeness.add_gap(*end.gap);
  } else {
    facts.completeness = Completeness::unavailable(why_untraced);
  }
  add_without_event(start, end, window, activity, facts);
  std::stable_sort(facts.in_flight.begin(), facts.in_flight.end(),
                   [](const InFlight& a, const InFlight& b) { return a.elapsed > b.elapsed; });
  facts.activity_text = describe_activity(facts, end, window);
  return facts;
}

}  // namespace debug_process::sections::syscalls
