// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/gather.h"

#include <fmt/format.h>
#include <algorithm>
#include <ctime>
#include <map>
#include <span>
#include <unordered_map>

#include "proc/schedstat.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "proc/task_reader.h"
#include "sections/reasons.h"
#include "sections/threads/account.h"
#include "sections/threads/pids.h"
#include "sections/threads/place.h"

namespace debug_process::sections::threads {
namespace {

using std::chrono::nanoseconds;

// status costs about as much as stat and schedstat together.
constexpr std::size_t kStatusThreads = 500;
// Where a thread is takes some four files each.
constexpr std::ptrdiff_t kCloserThreads = 100;
// Of a shorter time a step of 10 ms is too large a part.
constexpr std::chrono::milliseconds kWorthTicks{100};

struct With {
  bool switches = true;
  bool block_io = false;  // the kernel keeps an account of it
};

std::optional<Sample> read_thread(const Source& source, proc::TaskReader& tasks, pid_t tid,
                                  With with) {
  const auto stat = tasks.read(tid, "stat").and_then(proc::parse_stat);
  if (!stat) return std::nullopt;
  Sample sample;
  sample.tid = tid;
  sample.name = stat->comm;
  sample.state = stat->state;
  sample.start_time = stat->start_time;
  sample.user = stat->user;
  sample.system = stat->system;
  sample.minor_faults = stat->minor_faults;
  sample.major_faults = stat->major_faults;
  sample.nice = stat->nice;
  sample.policy = stat->policy;
  sample.realtime_priority = stat->realtime_priority;
  if (with.block_io) sample.block_io_delay = stat->block_io_delay;
  const auto schedstat = tasks.read(tid, "schedstat").and_then(proc::parse_schedstat);
  // A thread that is being read has run: nothing but zeros means that the kernel keeps no account.
  if (schedstat && (schedstat->timeslices > 0 || schedstat->on_cpu > nanoseconds(0))) {
    sample.on_cpu = schedstat->on_cpu;
    sample.run_delay = schedstat->run_delay;
    sample.timeslices = schedstat->timeslices;
  }
  sample.at = std::chrono::steady_clock::now();
  if (!with.switches) return sample;
  const auto status = source.procfs.read(fmt::format("{}/task/{}/status", source.pid, tid))
                          .and_then(proc::parse_status);
  if (status) {
    sample.voluntary_switches = status->voluntary_switches;
    sample.involuntary_switches = status->involuntary_switches;
    sample.cpus_allowed = status->cpus_allowed;
  }
  return sample;
}

std::vector<Sample> read_threads(const Source& source, proc::TaskReader& tasks,
                                 std::span<const pid_t> tids, With with) {
  std::vector<Sample> samples;
  samples.reserve(tids.size());
  // One that cannot be read has ended meanwhile.
  for (const pid_t tid : tids)
    if (auto sample = read_thread(source, tasks, tid, with)) samples.push_back(std::move(*sample));
  return samples;
}

// Since Linux 5.14 it can be switched on and off; earlier ones have it, or not, from their boot on.
bool accounts_block_io(const proc::Procfs& procfs) {
  const auto text = procfs.read("sys/kernel/task_delayacct");
  return text && text->starts_with('1');
}

std::optional<nanoseconds> now_after_boot() {
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &now) != 0) return std::nullopt;
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

Closer read_closer(const Source& source, PlaceReader& places, const Thread& thread,
                   std::optional<Error>& refused) {
  Closer closer;
  if (auto place = places.read(thread.tid))
    closer.place = std::move(*place);
  else if (is_refused(place.error()))
    refused = place.error();
  if (thread.cpus_allowed) return closer;
  const auto status = source.procfs.read(fmt::format("{}/task/{}/status", source.pid, thread.tid))
                          .and_then(proc::parse_status);
  if (status) closer.cpus_allowed = status->cpus_allowed;
  return closer;
}

std::optional<Ratio> ratio(nanoseconds part, nanoseconds window) {
  if (window <= nanoseconds(0)) return std::nullopt;
  return Ratio{static_cast<double>(part.count()) / static_cast<double>(window.count())};
}

// Samples tell of no calls: they stay unknown.
void add_calls(const trace::Activity& activity, const Filter& filter, Facts& facts) {
  if (activity.counts == trace::Counts::samples) return;
  facts.calls_note = filter.is_all() ? "" : "only those of " + filter.text();
  if (activity.counts == trace::Counts::scaled)
    facts.calls_note += facts.calls_note.empty() ? "scaled" : ", scaled";
  std::unordered_map<pid_t, std::uint64_t> calls;
  for (const trace::ThreadStats& stats : activity.threads) calls[stats.tid] += stats.calls;
  for (Thread& thread : facts.threads) {
    const auto found = calls.find(thread.tid);
    thread.calls = found == calls.end() ? 0 : found->second;
  }
  facts.exited_thread_count = activity.exited_thread_count;
  facts.exited_thread_calls = activity.exited_threads_calls;
}

// Threads that ended took their schedstat with them; the process's own account still has their
// time, in steps of 10 ms.
void add_totals(const Snapshot& start, const Snapshot& end, nanoseconds window, Facts& facts) {
  nanoseconds cpu{0};
  std::optional<nanoseconds> delay(0);
  for (const Thread& thread : facts.threads) {
    cpu += thread.on_cpu.value_or(thread.user + thread.system);
    delay = delay && thread.run_delay ? std::optional(*delay + *thread.run_delay) : std::nullopt;
  }
  const bool some_ended =
      facts.ended_in_window.value_or(0) > 0 || facts.exited_thread_count.value_or(0) > 0;
  if (some_ended && window >= kWorthTicks && start.process_cpu && end.process_cpu) {
    cpu = std::max(cpu, *end.process_cpu - *start.process_cpu);
  }
  facts.cpu = ratio(cpu, window);
  if (delay) facts.run_delay = ratio(*delay, window);
}

std::string missing(const Snapshot& snapshot) {
  return snapshot.error ? reason_for("threads", *snapshot.error) : kEnded;
}

// Threads that wait for the same lock tell of each other.
void add_company(Facts& facts) {
  std::map<std::string, std::uint64_t> waiting;
  const auto lock_of = [](const Thread& thread) -> const std::string* {
    const bool waits = thread.place && thread.place->syscall.value_or("").starts_with("futex");
    return waits ? &thread.place->object : nullptr;
  };
  for (const Thread& thread : facts.threads)
    if (const std::string* lock = lock_of(thread)) ++waiting[*lock];
  for (Thread& thread : facts.threads) {
    const std::string* lock = lock_of(thread);
    if (lock == nullptr || waiting[*lock] < 2) continue;
    thread.place->object += fmt::format(" ({} threads)", waiting[*lock]);
  }
}

void add_closer(const Snapshot& end, Facts& facts) {
  for (Thread& thread : facts.threads) {
    const auto closer = end.closer.find(thread.tid);
    if (closer == end.closer.end()) continue;
    thread.place = closer->second.place;
    if (closer->second.cpus_allowed) thread.cpus_allowed = closer->second.cpus_allowed;
  }
  if (std::ssize(facts.threads) <= kCloserThreads) add_company(facts);
}

void add_gaps(const Snapshot& start, const Snapshot& end, Facts& facts) {
  const auto& threads = facts.threads;
  if (std::none_of(threads.begin(), threads.end(),
                   [](const Thread& thread) { return thread.run_delay.has_value(); }))
    facts.completeness.add_gap(
        "time spent waiting for a CPU and blocked: this kernel keeps no account of it "
        "(CONFIG_SCHED_INFO)");
  if (!start.switches_read || !end.switches_read)
    facts.completeness.add_gap(
        fmt::format("more than {} threads: their context switches were not read", kStatusThreads));
  if (end.closer_error)
    facts.completeness.add_gap(reason_for("what threads are blocked in", *end.closer_error));
  if (end.quota_error && !proc::is_gone(*end.quota_error))
    facts.completeness.add_gap(reason_for("CPU quota", *end.quota_error));
}

}  // namespace

Snapshot snapshot(const Source& source) {
  Snapshot snapshot;
  auto tasks = proc::TaskReader::open(source.procfs, source.pid);
  const auto tids = tasks.and_then([](const proc::TaskReader& reader) { return reader.tids(); });
  if (!tids) {
    snapshot.error = tids.error();
    return snapshot;
  }
  snapshot.at = std::chrono::steady_clock::now();
  snapshot.after_boot = now_after_boot();
  const With with{tids->size() <= kStatusThreads, accounts_block_io(source.procfs)};
  snapshot.switches_read = with.switches;
  snapshot.threads = read_threads(source, *tasks, *tids, with);
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  if (stat) snapshot.process_cpu = stat->user + stat->system;
  if (auto quotas = read_quotas(source))
    snapshot.quotas = std::move(*quotas);
  else
    snapshot.quota_error = quotas.error();
  snapshot.pids = read_pids(source);
  return snapshot;
}

void look_closer(const Source& source, const Snapshot& start, Snapshot& end) {
  auto threads = account(start, end, end.at - start.at);
  const auto most = threads.begin() + std::min<std::ptrdiff_t>(kCloserThreads, std::ssize(threads));
  std::partial_sort(threads.begin(), most, threads.end(), matters_more);
  PlaceReader places(source);
  for (auto thread = threads.begin(); thread != most; ++thread)
    end.closer.emplace(thread->tid, read_closer(source, places, *thread, end.closer_error));
}

Facts gather(const Snapshot& start, const Snapshot& end, nanoseconds window,
             const trace::Activity* activity, const Filter& filter) {
  Facts facts;
  if (end.threads.empty()) {
    // What the tracer has counted is no less true for that.
    if (activity != nullptr && activity->counts != trace::Counts::samples) {
      add_calls(*activity, filter, facts);
      facts.completeness.add_gap(missing(end));
    } else {
      facts.completeness = Completeness::unavailable(missing(end));
    }
    return facts;
  }
  const bool have_start = !start.threads.empty() || start.before_its_life;
  if (!have_start)
    facts.completeness.add_gap(
        "what the threads did before the window is unknown, so it is counted in");

  facts.threads = account(start, end, window);
  facts.count = facts.threads.size();
  if (have_start) {
    const auto started = static_cast<std::uint64_t>(
        std::count_if(facts.threads.begin(), facts.threads.end(),
                      [](const Thread& thread) { return thread.started_in_window; }));
    facts.started_in_window = started;
    facts.ended_in_window = start.threads.size() - (end.threads.size() - started);
  }
  if (activity != nullptr) add_calls(*activity, filter, facts);
  add_totals(start, end, window, facts);
  add_closer(end, facts);
  facts.quota = quota_of(start.quotas, end.quotas);
  facts.pids = end.pids;
  add_gaps(start, end, facts);
  std::sort(facts.threads.begin(), facts.threads.end(), matters_more);
  return facts;
}

}  // namespace debug_process::sections::threads
