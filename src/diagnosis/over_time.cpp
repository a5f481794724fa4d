// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/over_time.h"

#include <algorithm>
#include <chrono>

namespace debug_process::diagnosis {
namespace {

// The second half's growth, of the first half's: less of it is slowing down.
constexpr double kSteady = 0.5;

}  // namespace

bool in_most_intervals(const Facts& facts, Names names, double per_second) {
  const auto& intervals = facts.intervals.intervals;
  std::size_t known = 0;
  std::size_t fast = 0;
  for (std::size_t i = 0; i < intervals.size() && i < facts.syscalls.interval_known.size(); ++i) {
    if (!facts.syscalls.interval_known[i]) continue;
    std::uint64_t calls = 0;
    for (const auto& row : facts.syscalls.rows)
      if (std::find(names.begin(), names.end(), row.syscall) != names.end() &&
          i < row.intervals.size())
        calls += row.intervals[i].calls;
    ++known;
    const double seconds = std::chrono::duration<double>(intervals[i].length).count();
    if (static_cast<double>(calls) >= per_second * seconds) ++fast;
  }
  return known >= kFewestIntervals && 2 * fast > known;
}

std::optional<std::uint64_t> steady_growth(const std::vector<std::uint64_t>& values) {
  if (values.size() <= kFewestIntervals) return std::nullopt;
  const bool grows =
      std::adjacent_find(values.begin(), values.end(),
                         [](std::uint64_t a, std::uint64_t b) { return b <= a; }) == values.end();
  if (!grows) return std::nullopt;
  // Of an odd number of steps the middle one belongs to neither half.
  const std::size_t half = (values.size() - 1) / 2;
  const auto first = static_cast<double>(values[half] - values.front());
  const auto second = static_cast<double>(values.back() - values[values.size() - 1 - half]);
  if (second < kSteady * first) return std::nullopt;
  return values.back() - values.front();
}

std::vector<std::uint64_t> open_files_over_time(const Facts& facts) {
  if (!facts.intervals.open_files_at_start) return {};
  std::vector<std::uint64_t> values{*facts.intervals.open_files_at_start};
  for (const auto& interval : facts.intervals.intervals) {
    if (!interval.open_files) return {};
    values.push_back(*interval.open_files);
  }
  return values;
}

std::vector<std::uint64_t> rss_over_time(const Facts& facts) {
  std::vector<std::uint64_t> values;
  for (const auto& interval : facts.intervals.intervals) {
    if (!interval.rss) return {};
    values.push_back(interval.rss->value);
  }
  return values;
}

}  // namespace debug_process::diagnosis
