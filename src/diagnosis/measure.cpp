// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/measure.h"

#include <fmt/format.h>

#include <algorithm>

namespace debug_process::diagnosis {
namespace {

template <typename Range, typename T>
bool contains(const Range& range, const T& wanted) {
  return std::find(range.begin(), range.end(), wanted) != range.end();
}

}  // namespace

double observed_seconds(const Facts& facts) {
  const auto observed =
      facts.syscalls.observed.count() > 0 ? facts.syscalls.observed : facts.window;
  return std::chrono::duration<double>(observed).count();
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
  return counts_all_calls(facts) && seen >= std::chrono::duration<double>(kShortestWindow).count();
}

bool times_are_own(const Facts& facts) {
  return !facts.syscalls.inflated_latencies;
}

CallTotals calls_of(const Facts& facts, Names names) {
  CallTotals totals;
  for (const auto& row : facts.syscalls.rows) {
    if (!contains(names, row.syscall)) continue;
    totals.calls += row.calls;
    totals.errors += row.errors;
    totals.restarts += row.restarts;
    totals.time += row.latency.sum;
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

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", format_count(number), noun, number == 1 ? "" : "s");
}

}  // namespace debug_process::diagnosis
