// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/over_time.h"

#include <algorithm>

namespace debug_process::diagnosis {
namespace {

// The second half's growth, of the first half's: less of it is slowing down.
constexpr double kSteady = 0.5;

}  // namespace

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
