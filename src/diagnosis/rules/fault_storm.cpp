// The process spends itself on page faults.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kMinorPerSecond =
    50'000;  // at some 0.5 us each: 2.5% of a CPU, and more with many threads
constexpr double kMajorPerSecond =
    100;  // at some ms each on a disk: a thread that waits all the time

}  // namespace

std::optional<Finding> fault_storm(const Facts& facts) {
  if (!window_is_long_enough(facts) || is_warming_up(facts)) return std::nullopt;
  const auto rate = [&](const std::optional<std::uint64_t>& faults) {
    return static_cast<double>(faults.value_or(0)) / seconds(facts.window);
  };
  const double minor = rate(facts.memory.page_faults_minor);
  const double major = rate(facts.memory.page_faults_major);
  if (minor < kMinorPerSecond && major < kMajorPerSecond) return std::nullopt;
  const bool from_disk = major >= kMajorPerSecond;
  return Finding{
      "",
      Severity::warning,
      fmt::format("{} page faults at {}", from_disk ? "major" : "minor",
                  format_rate({from_disk ? major : minor})),
      from_disk
          ? "Each one waits for a disk: mapped files that do not fit into memory, or swap. The "
            "thread sleeps until then."
          : "Memory is given back and taken anew all the time, or touched for the first time. Each "
            "page is zeroed and mapped anew.",
      {{"memory.page_faults_minor", report::to_value(facts.memory.page_faults_minor)},
       {"memory.page_faults_major", report::to_value(facts.memory.page_faults_major)}},
      from_disk ? "compare the size of the mapped files with the memory that is free; vmstat 1"
                : "perf record -e page-faults -g -p PID; malloc's trim and mmap thresholds, huge "
                  "pages"};
}

}  // namespace debug_process::diagnosis
