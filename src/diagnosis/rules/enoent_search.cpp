// Most lookups of files find nothing.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kShareOfLookups = 0.50;
constexpr double kPerSecond = 100;

const Names kLookups = {"open",       "openat",    "openat2",    "stat",     "lstat",
                        "newfstatat", "fstatat64", "stat64",     "lstat64",  "statx",
                        "access",     "faccessat", "faccessat2", "readlink", "readlinkat"};

}  // namespace

std::optional<Finding> enoent_search(const Facts& facts) {
  if (!window_is_long_enough(facts) || is_warming_up(facts)) return std::nullopt;
  // A share over many calls: not when some of them were left out.
  if (!counts_all_calls(facts)) return std::nullopt;
  const CallTotals all = calls_of(facts, kLookups);
  const auto missing = failures(facts, {ENOENT}, kLookups);
  const std::uint64_t missed = count(missing);
  if (missed < kFewestEvents || all.calls == 0) return std::nullopt;
  const double share =
      static_cast<double>(missed) / static_cast<double>(std::max(all.calls, missed));
  if (share < kShareOfLookups || per_second(missed, facts) < kPerSecond) return std::nullopt;

  if (!in_most_intervals(facts, kLookups, kPerSecond)) return std::nullopt;
  std::optional<std::chrono::nanoseconds> lost;
  if (times_are_own(facts))
    lost = std::chrono::nanoseconds(
        static_cast<std::int64_t>(share * static_cast<double>(all.time.count())));
  return Finding{"",
                 severity_of_thread_time(lost, facts),
                 fmt::format("{} of file lookups find nothing, {}: {}", format_ratio({share}),
                             format_rate({per_second(missed, facts)}), describe(*missing.front())),
                 "It looks for files where they are not: a long search path, or a file that is "
                 "asked for again though it was missing before. Each look walks the path in vain.",
                 {cite(*missing.front())},
                 "put the right directory first in the search path (PYTHONPATH, LD_LIBRARY_PATH, "
                 "include_path...), or remember what was not there",
                 lost};
}

}  // namespace debug_process::diagnosis
