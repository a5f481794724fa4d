// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/gather.h"

#include <fmt/format.h>
#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "proc/schedstat.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "sections/reasons.h"

namespace debug_process::sections::threads {
namespace {

using std::chrono::nanoseconds;

// status costs about as much as stat and schedstat together.
constexpr std::size_t kStatusThreads = 500;
// Of a shorter time a step of 10 ms is too large a part.
constexpr std::chrono::milliseconds kWorthTicks{100};

std::optional<Sample> read_thread(const Source& source, int tid, bool with_switches) {
  const std::string base = fmt::format("{}/task/{}", source.pid, tid);
  const auto stat = source.procfs.read(base + "/stat").and_then(proc::parse_stat);
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
  const auto schedstat = source.procfs.read(base + "/schedstat").and_then(proc::parse_schedstat);
  // A thread that is being read has run: nothing but zeros means that the kernel keeps no account.
  if (schedstat && (schedstat->timeslices > 0 || schedstat->on_cpu > nanoseconds(0))) {
    sample.on_cpu = schedstat->on_cpu;
    sample.run_delay = schedstat->run_delay;
  }
  if (!with_switches) return sample;
  const auto status = source.procfs.read(base + "/status").and_then(proc::parse_status);
  if (status) {
    sample.voluntary_switches = status->voluntary_switches;
    sample.involuntary_switches = status->involuntary_switches;
  }
  return sample;
}

// A counter's growth. One that was not there at the start began at 0; one that is unknown at the
// end stays unknown.
template <typename T>
std::optional<T> growth(const std::optional<T>& end, const std::optional<T>& start, bool is_new) {
  if (!end || (!start && !is_new)) return std::nullopt;
  const T before = is_new ? T{} : *start;
  return *end >= before ? *end - before : T{};
}

template <typename T>
T growth(const T& end, const T& start) {
  return end >= start ? end - start : T{};
}

std::optional<Ratio> ratio(nanoseconds part, nanoseconds window) {
  if (window <= nanoseconds(0)) return std::nullopt;
  return Ratio{static_cast<double>(part.count()) / static_cast<double>(window.count())};
}

Thread difference(const Sample& end, const Sample* start, nanoseconds window) {
  const Sample none;
  const bool is_new = start == nullptr;
  const Sample& before = is_new ? none : *start;
  Thread thread;
  thread.tid = end.tid;
  thread.name = end.name;
  thread.state = end.state;
  thread.started_in_window = is_new;
  thread.user = growth(end.user, before.user);
  thread.system = growth(end.system, before.system);
  thread.on_cpu = growth(end.on_cpu, before.on_cpu, is_new);
  thread.run_delay = growth(end.run_delay, before.run_delay, is_new);
  thread.voluntary_switches = growth(end.voluntary_switches, before.voluntary_switches, is_new);
  thread.involuntary_switches =
      growth(end.involuntary_switches, before.involuntary_switches, is_new);
  thread.minor_faults = growth(end.minor_faults, before.minor_faults);
  thread.major_faults = growth(end.major_faults, before.major_faults);
  thread.cpu = ratio(thread.on_cpu.value_or(thread.user + thread.system), window);
  return thread;
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
    cpu = std::max(cpu, growth(*end.process_cpu, *start.process_cpu));
  }
  facts.cpu = ratio(cpu, window);
  if (delay) facts.run_delay = ratio(*delay, window);
}

std::string missing(const Snapshot& snapshot) {
  return snapshot.error ? reason_for("threads", *snapshot.error) : kEnded;
}

}  // namespace

Snapshot snapshot(const Source& source) {
  Snapshot snapshot;
  const auto tids = source.procfs.list_numbers(fmt::format("{}/task", source.pid));
  if (!tids) {
    snapshot.error = tids.error();
    return snapshot;
  }
  snapshot.switches_read = tids->size() <= kStatusThreads;
  snapshot.threads.reserve(tids->size());
  for (const int tid : *tids) {
    // One that cannot be read has ended meanwhile.
    if (auto sample = read_thread(source, tid, snapshot.switches_read))
      snapshot.threads.push_back(std::move(*sample));
  }
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  if (stat) snapshot.process_cpu = stat->user + stat->system;
  return snapshot;
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

  std::unordered_map<pid_t, const Sample*> before;
  for (const Sample& sample : start.threads) before[sample.tid] = &sample;
  std::uint64_t started = 0;
  for (const Sample& sample : end.threads) {
    const auto found = before.find(sample.tid);
    const bool same = found != before.end() && found->second->start_time == sample.start_time;
    facts.threads.push_back(difference(sample, same ? found->second : nullptr, window));
    if (!same) ++started;
  }
  facts.count = facts.threads.size();
  if (have_start) {
    facts.started_in_window = started;
    facts.ended_in_window = start.threads.size() - (end.threads.size() - started);
  }
  if (activity != nullptr) add_calls(*activity, filter, facts);
  add_totals(start, end, window, facts);
  if (!start.switches_read || !end.switches_read) {
    facts.completeness.add_gap(
        fmt::format("more than {} threads: their context switches were not read", kStatusThreads));
  }
  std::sort(facts.threads.begin(), facts.threads.end(), [](const Thread& a, const Thread& b) {
    return std::tuple(b.cpu, b.calls, a.tid) < std::tuple(a.cpu, a.calls, b.tid);
  });
  return facts;
}

}  // namespace debug_process::sections::threads
