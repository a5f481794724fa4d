// SPDX-License-Identifier: Apache-2.0
#include "sections/syscalls/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "proc/schedstat.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "proc/task_reader.h"
#include "proc/task_syscall.h"
#include "proc/wchan.h"
#include "sections/syscalls/describe.h"
#include "trace/standing.h"
#include "trace/usual_cycle.h"

namespace debug_process::sections::syscalls {
namespace {

using std::chrono::nanoseconds;

// Three to four files a thread at some 8 us each, twice: more threads than this would delay the
// report.
constexpr std::size_t kMaxThreads = 2000;

// schedstat is a third of the cost of status.
std::optional<std::uint64_t> read_switches(const proc::Procfs& procfs, proc::TaskReader& tasks,
                                           pid_t tid) {
  const auto schedstat = tasks.read(tid, "schedstat").and_then(proc::parse_schedstat);
  if (schedstat && schedstat->timeslices > 0) return schedstat->timeslices;
  const auto status =
      procfs.read(fmt::format("{}/task/{}/status", tasks.pid(), tid)).and_then(proc::parse_status);
  return status ? status->voluntary_switches : std::nullopt;
}

Standing read_standing(const proc::Procfs& procfs, proc::TaskReader& tasks, pid_t tid, At at,
                       bool& refused) {
  Standing standing;
  if (const auto stat = tasks.read(tid, "stat").and_then(proc::parse_stat))
    standing.thread = stat->comm;
  if (const auto call = tasks.read(tid, "syscall").and_then(proc::parse_task_syscall)) {
    standing.running = call->running;
    standing.call = trace::call_of(*call);
  } else if (!proc::is_gone(call.error())) {
    refused = true;
  }
  standing.switches = read_switches(procfs, tasks, tid);
  if (at == At::start) return standing;
  if (const auto channel = tasks.read(tid, "wchan"))
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
  row.zeros = stats.zeros;
  row.latency = stats.latency;
  row.intervals = stats.intervals;
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

void add_objects(const trace::Activity& activity, Facts& facts) {
  if (activity.futexes) {
    facts.futexes.emplace();
    for (const trace::FutexStats& futex : *activity.futexes)
      facts.futexes->push_back({futex.address, futex.waits, futex.wakes, futex.waited,
                                futex.waiters, futex.waiters_that_wake});
  }
  if (activity.lookups) {
    facts.lookups.emplace();
    for (const trace::PathLookups& lookup : *activity.lookups)
      facts.lookups->push_back({lookup.path, lookup.calls});
  }
}

const Standing* find(const Snapshot& snapshot, pid_t tid) {
  const auto found = snapshot.threads.find(tid);
  return found == snapshot.threads.end() ? nullptr : &found->second;
}

// Where two looks found a thread in the same call, and it has not once gone to sleep between them,
// it has been there all the time.
bool is_unmoved(const Standing* before, const Standing& standing) {
  return before != nullptr && before->switches && before->switches == standing.switches;
}

// An exact tracer that saw no event of a thread knows that it has been where it is all the time,
// unless the thread had to share its slot with another. One that watched in slices, or only some
// calls, does not.
bool every_event_told(const trace::Activity* activity, const Filter& filter) {
  return activity != nullptr && activity->counts == trace::Counts::exact && filter.is_all() &&
         !activity->losses.contains("latency_thread_slot");
}

// Threads in one call through the whole window. Where nothing traced, also those in a call of which
// nothing is known but that.
void add_without_event(const Snapshot& start, const Snapshot& end, nanoseconds window,
                       const trace::Activity* activity, const Filter& filter, Facts& facts) {
  const bool silence_tells = every_event_told(activity, filter);
  std::set<pid_t> seen;
  if (activity != nullptr)
    for (const trace::ThreadStats& thread : activity->threads) seen.insert(thread.tid);
  for (const auto& [tid, standing] : end.threads) {
    if (!standing.call || seen.contains(tid) || !filter.calls.contains(*standing.call)) continue;
    const Standing* before = find(start, tid);
    const bool same_call = before != nullptr && (!before->call || before->call == standing.call);
    const bool unchanged = same_call && (silence_tells || is_unmoved(before, standing));
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

void add_last_calls(const Snapshot& start, const trace::Activity& activity, Facts& facts) {
  for (const trace::LastCall& call : activity.last_calls) {
    LastCall row{
        call.tid, {}, trace::abi::syscall_name(call.key.abi, call.key.number), call.returned};
    if (const Standing* standing = find(start, call.tid)) row.thread = standing->thread;
    facts.last_calls.push_back(std::move(row));
  }
  std::sort(facts.last_calls.begin(), facts.last_calls.end(),
            [](const LastCall& a, const LastCall& b) { return a.tid < b.tid; });
}

// Of a thread of another process, with --follow.
const TimeShare* find_share(const Facts& facts, pid_t tid) {
  const auto& shares = facts.time_shares;
  const auto found = std::find_if(shares.begin(), shares.end(),
                                  [tid](const TimeShare& share) { return share.tid == tid; });
  return found == shares.end() ? nullptr : &*found;
}

// What the backend knows, but for the threads that have been shown to stand there even longer.
void add_begun_in_window(const trace::Activity& activity, const Snapshot& end, Facts& facts) {
  std::set<pid_t> told;
  for (const InFlight& call : facts.in_flight) told.insert(call.tid);
  const bool sampled = activity.counts == trace::Counts::samples;
  for (const trace::InFlight& call : activity.in_flight) {
    if (told.contains(call.tid)) continue;
    InFlight row;
    row.tid = call.tid;
    row.syscall = trace::abi::syscall_name(call.key.abi, call.key.number);
    // Samples know of a call that had just begun when they looked, and not when.
    if (!sampled || call.elapsed.count() > 0) row.elapsed = call.elapsed;
    row.started_before_window = call.started_before_window;
    if (const Standing* standing = find(end, call.tid)) {
      row.thread = standing->thread;
      row.wait_channel = standing->wait_channel;
    } else if (const TimeShare* share = find_share(facts, call.tid)) {
      row.thread = share->thread;
    }
    facts.in_flight.push_back(std::move(row));
  }
}

TimeShare to_share(const trace::Sampled& sampled) {
  TimeShare share;
  share.tid = sampled.tid;
  share.pid = sampled.pid;
  share.thread = sampled.thread;
  share.state = sampled.state;
  if (sampled.call)
    share.syscall = trace::abi::syscall_name(sampled.call->abi, sampled.call->number);
  share.syscall_known = sampled.call_known;
  share.wait_channel = sampled.wait_channel;
  share.samples = sampled.samples;
  return share;
}

// Threads that were never found running and did not once go to sleep anew.
std::set<pid_t> idle_threads(const Snapshot& start, const Snapshot& end,
                             const trace::Activity& activity) {
  std::set<pid_t> idle;
  for (const auto& [tid, standing] : end.threads)
    if (is_unmoved(find(start, tid), standing)) idle.insert(tid);
  for (const trace::Sampled& sampled : activity.sampled)
    if (sampled.state == 'R') idle.erase(sampled.tid);
  return idle;
}

void add_sampled(const Snapshot& start, const Snapshot& end, const trace::Activity& activity,
                 Facts& facts) {
  const double seconds = std::chrono::duration<double>(activity.observed).count();
  if (activity.sampled.empty()) {
    facts.completeness =
        Completeness::unavailable("no thread could be looked at before the window ended");
    return;
  }
  if (seconds > 0) facts.looks_per_s = Rate{static_cast<double>(activity.passes) / seconds};
  std::map<pid_t, std::uint64_t> looks;
  for (const trace::Sampled& sampled : activity.sampled) looks[sampled.tid] += sampled.samples;
  const std::set<pid_t> idle = idle_threads(start, end, activity);
  for (const trace::Sampled& sampled : activity.sampled) {
    TimeShare share = to_share(sampled);
    share.share.value =
        static_cast<double>(sampled.samples) / static_cast<double>(looks[sampled.tid]);
    share.idle = idle.contains(sampled.tid);
    facts.time_shares.push_back(std::move(share));
  }
  facts.completeness.add_gap(
      facts.looks_per_s && facts.looks_per_s->value > 0
          ? fmt::format("sampled {:.2g} times a second: shares of time, no counts",
                        facts.looks_per_s->value)
          : "sampled: shares of time, no counts");
}

void add_traced(const trace::Activity& activity, const Filter& filter, Facts& facts) {
  facts.traced = true;
  facts.coverage = Ratio{activity.coverage};
  facts.inflated_latencies = activity.inflated_latencies;
  facts.filter = filter.text();
  facts.failed_only = filter.failed_only;
  add_counted(activity, facts);
  add_objects(activity, facts);
  for (const trace::Interval& interval : activity.intervals)
    facts.interval_known.push_back(interval.coverage > 0);
  if (activity.counts != trace::Counts::scaled) return;
  facts.counts = report::Counts::scaled;
  const std::string error =
      activity.counts_error
          ? fmt::format(", with a standard error of {}", format_ratio({*activity.counts_error}))
          : "";
  facts.completeness.add_gap(fmt::format("calls were seen in {} of the window, and scaled to it{}",
                                         format_ratio(facts.coverage), error));
}

}  // namespace

Snapshot snapshot(const Source& source, At at) {
  Snapshot snapshot;
  auto tasks = proc::TaskReader::open(source.procfs, source.pid);
  const auto tids = tasks.and_then([](const proc::TaskReader& reader) { return reader.tids(); });
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
  for (const pid_t tid : *tids)
    snapshot.threads.emplace(tid, read_standing(source.procfs, *tasks, tid, at, refused));
  if (refused)
    snapshot.gap =
        "calls that began before the window need the same user or CAP_SYS_PTRACE: run with sudo";
  return snapshot;
}

Facts gather(const Snapshot& start, const Snapshot& end, nanoseconds window,
             const trace::Activity* activity, const std::string& why_untraced,
             const Filter& filter) {
  Facts facts;
  if (activity != nullptr) {
    facts.observed = activity->observed;
    facts.sampled = activity->counts == trace::Counts::samples;
    if (facts.sampled)
      add_sampled(start, end, *activity, facts);
    else
      add_traced(*activity, filter, facts);
  } else {
    facts.completeness = Completeness::unavailable(why_untraced);
  }
  add_without_event(start, end, window, activity, filter, facts);
  if (activity != nullptr) {
    add_last_calls(start, *activity, facts);
    add_begun_in_window(*activity, end, facts);
    if (end.gap && !facts.sampled) facts.completeness.add_gap(*end.gap);
  }
  std::stable_sort(facts.in_flight.begin(), facts.in_flight.end(),
                   [](const InFlight& a, const InFlight& b) { return a.elapsed > b.elapsed; });
  facts.activity_text = describe_activity(facts, end, window);
  return facts;
}

}  // namespace debug_process::sections::syscalls
