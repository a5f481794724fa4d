// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace debug_process::diagnosis {

using std::chrono::nanoseconds;

namespace {

template <typename Range, typename T>
bool contains(const Range& range, const T& wanted) {
  return std::find(range.begin(), range.end(), wanted) != range.end();
}

}  // namespace

double observed_seconds(const Facts& facts) {
  const auto observed =
      facts.syscalls.observed.count() > 0 ? facts.syscalls.observed : facts.window;
  return seconds(observed);
}

double per_second(std::uint64_t events, const Facts& facts) {
  const double seconds = observed_seconds(facts);
  return seconds > 0 ? static_cast<double>(events) / seconds : 0;
}

bool window_is_long_enough(const Facts& facts) {
  return facts.window >= kShortestWindow;
}

bool is_warming_up(const Facts& facts) {
  return facts.process.uptime && *facts.process.uptime < kWarmUp;
}

bool counts_all_calls(const Facts& facts) {
  return facts.syscalls.traced && facts.syscalls.filter.empty();
}

bool counts_successes(const Facts& facts) {
  return facts.syscalls.traced && !facts.syscalls.failed_only;
}

bool silence_tells(const Facts& facts) {
  const double seen = facts.syscalls.coverage.value * observed_seconds(facts);
  return counts_all_calls(facts) && seen >= seconds(kShortestWindow);
}

bool times_are_own(const Facts& facts) {
  return !facts.syscalls.inflated_latencies;
}

Severity severity_of_cpu_time(std::optional<nanoseconds> lost, const Facts& facts) {
  const bool worth = lost && seconds(*lost) >= kWorthOfCpu * seconds(facts.window);
  return worth ? Severity::warning : Severity::info;
}

Severity severity_of_thread_time(std::optional<nanoseconds> lost, const Facts& facts) {
  const bool worth = lost && seconds(*lost) >= kWorthOfThread * seconds(facts.window);
  return worth ? Severity::warning : Severity::info;
}

bool in_most_intervals(const Facts& facts,
                       const std::function<std::optional<bool>(std::size_t index)>& holds) {
  std::size_t known = 0;
  std::size_t held = 0;
  for (std::size_t i = 0; i < facts.intervals.intervals.size(); ++i) {
    const std::optional<bool> so = holds(i);
    if (!so) continue;
    ++known;
    if (*so) ++held;
  }
  return known == 0 || held * 2 > known;
}

bool in_most_intervals(const Facts& facts, Names names, double calls_per_second) {
  return in_most_intervals(facts, [&](std::size_t index) -> std::optional<bool> {
    const auto& known = facts.syscalls.interval_known;
    if (index >= known.size() || !known[index]) return std::nullopt;
    std::uint64_t calls = 0;
    for (const auto& row : facts.syscalls.rows)
      if (index < row.intervals.size() && contains(names, row.syscall))
        calls += row.intervals[index].calls;
    const double length = seconds(facts.intervals.intervals[index].length);
    return static_cast<double>(calls) >= calls_per_second * length;
  });
}

std::optional<Growth> grows_throughout(const Facts& facts, std::optional<std::uint64_t> at_start,
                                       std::optional<std::uint64_t> Interval::*number) {
  constexpr std::size_t kFewest = 4;  // in fewer it grows by chance
  const auto& intervals = facts.intervals.intervals;
  if (!at_start || intervals.size() < kFewest) return std::nullopt;
  std::uint64_t before = *at_start;
  std::size_t grown = 0;
  bool grew_last = false;
  for (const Interval& interval : intervals) {
    const std::optional<std::uint64_t> now = interval.*number;
    if (!now || *now < *at_start) return std::nullopt;
    grew_last = *now > before;
    if (grew_last) ++grown;
    before = *now;
  }
  if (!grew_last || grown * 5 < intervals.size() * 4) return std::nullopt;
  return Growth{*at_start, before};
}

double wanted_cpu(const Thread& thread) {
  const double used = thread.cpu ? thread.cpu->value : 0;
  if (!thread.run_delay || !thread.observed || thread.observed->count() <= 0) return used;
  return used + seconds(*thread.run_delay) / seconds(*thread.observed);
}

std::uint64_t surely_made(const Thread& thread, std::uint64_t calls, const Facts& facts) {
  const std::uint64_t others = facts.syscalls.calls - std::min(calls, facts.syscalls.calls);
  const std::uint64_t own = thread.calls.value_or(0);
  return own - std::min(own, others);
}

nanoseconds cpu_of_loops_around(std::uint64_t calls, const Facts& facts) {
  nanoseconds cpu{0};
  for (const Thread& thread : facts.threads.threads) {
    const std::uint64_t own = surely_made(thread, calls, facts);
    if (own > 0 && own * 10 >= thread.calls.value_or(0) * 9)
      cpu += thread.on_cpu.value_or(nanoseconds(0));
  }
  return cpu;
}

nanoseconds without_waits_for_cpu(nanoseconds time, const Facts& facts) {
  for (const Thread& thread : facts.threads.threads)
    time -= thread.run_delay.value_or(nanoseconds(0));
  return std::max(time, nanoseconds(0));
}

std::optional<std::size_t> calling_threads(const Facts& facts) {
  if (!counts_all_calls(facts)) return std::nullopt;
  std::size_t threads = 0;
  for (const Thread& thread : facts.threads.threads) {
    if (!thread.calls) return std::nullopt;
    if (*thread.calls > 0) ++threads;
  }
  return threads;
}

report::Evidence cite(const Thread& thread, std::string_view column, report::Value value) {
  return {fmt::format("threads.threads[{}].{}", thread.tid, column), std::move(value)};
}

CallTotals calls_of(const Facts& facts, Names names) {
  CallTotals totals;
  totals.zeros = 0;
  for (const auto& row : facts.syscalls.rows) {
    if (!contains(names, row.syscall)) continue;
    totals.calls += row.calls;
    totals.errors += row.errors;
    totals.restarts += row.restarts;
    totals.time += row.latency.sum;
    totals.latency.merge(row.latency);
    totals.zeros =
        totals.zeros && row.zeros ? std::optional(*totals.zeros + *row.zeros) : std::nullopt;
  }
  return totals;
}

std::vector<const ErrorRow*> failures(const Facts& facts, std::initializer_list<int> errnos,
                                      Names names) {
  std::vector<const ErrorRow*> found;
  for (const ErrorRow& row : facts.errors.rows) {
    if (row.calls == 0 || !contains(errnos, row.errno_value)) continue;
    if (names.size() == 0 || contains(names, row.syscall)) found.push_back(&row);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const ErrorRow* a, const ErrorRow* b) { return a->calls > b->calls; });
  return found;
}

std::uint64_t count(const std::vector<const ErrorRow*>& rows) {
  std::uint64_t total = 0;
  for (const ErrorRow* row : rows) total += row->calls;
  return total;
}

std::string describe(const ErrorRow& row) {
  std::string text =
      fmt::format("{} failed {} with {}", row.syscall, counted(row.calls, "time"), row.error);
  if (row.example) text += fmt::format(" ({})", *row.example);
  return text;
}

report::Evidence cite(const ErrorRow& row) {
  return {fmt::format("errors.errors[{} {}].calls", row.syscall, row.error), row.calls};
}

report::Evidence cite_calls(std::string_view syscall, std::uint64_t calls) {
  return {fmt::format("syscalls.syscalls[{}].calls", syscall), calls};
}

std::vector<const sections::syscalls::Row*> called(const Facts& facts, Names names) {
  std::vector<const sections::syscalls::Row*> rows;
  for (const auto& row : facts.syscalls.rows)
    if (row.calls > 0 && contains(names, row.syscall)) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* a, const auto* b) { return a->calls > b->calls; });
  return rows;
}

std::vector<report::Evidence> cite_calls(const Facts& facts, Names names) {
  std::vector<report::Evidence> cells;
  for (const auto* row : called(facts, names))
    cells.push_back(cite_calls(row->syscall, row->calls));
  return cells;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", format_count(number), noun, number == 1 ? "" : "s");
}

}  // namespace debug_process::diagnosis
