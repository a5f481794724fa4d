// The CPU quota of a control group stops its threads until the next period.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kShareOfPeriods = 0.25;
constexpr double kShareOfWall = 0.05;
constexpr std::uint64_t kFewestPeriods = 10;  // a second at the usual 100 ms

// A thread that is throttled is ready to run and does not: its wait for a CPU has that time in it.
std::optional<nanoseconds> waited_for_cpu(const Facts& facts) {
  nanoseconds waited{0};
  for (const Thread& thread : facts.threads.threads) {
    if (!thread.run_delay) return std::nullopt;
    waited += *thread.run_delay;
  }
  return facts.threads.threads.empty() ? std::nullopt : std::optional(waited);
}

}  // namespace

std::optional<Finding> cgroup_cpu_throttling(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  const sections::threads::Quota& quota = facts.threads.quota;
  if (!quota.periods || !quota.throttled_periods || !quota.throttled) return std::nullopt;
  if (*quota.periods < kFewestPeriods || *quota.throttled_periods == 0) return std::nullopt;
  const double periods =
      static_cast<double>(*quota.throttled_periods) / static_cast<double>(*quota.periods);
  const double wall = seconds(*quota.throttled) / seconds(facts.window);
  if (periods <= kShareOfPeriods && wall < kShareOfWall) return std::nullopt;
  // The group is throttled; whether this process is among those that wait, its threads tell.
  const auto waited = waited_for_cpu(facts);
  const auto lost = waited ? std::optional(std::min(*waited, *quota.throttled)) : std::nullopt;
  return Finding{
      "",
      severity_of_thread_time(lost, facts),
      fmt::format("throttled by the CPU quota{} of {}: {} in {} of {} periods",
                  quota.cpus ? fmt::format(" of {:.2f} CPUs", *quota.cpus) : "", quota.group,
                  format_duration(*quota.throttled), format_count(*quota.throttled_periods),
                  format_count(*quota.periods)),
      "The group used up its quota early in the period, and all its threads stood still until the "
      "next one: latencies jump by tens of milliseconds while CPUs are idle. More threads than the "
      "quota has CPUs use it up faster.",
      {{"threads.cpu_throttled_ns", *quota.throttled},
       {"threads.cpu_throttled_periods", *quota.throttled_periods},
       {"threads.cpu_periods", *quota.periods},
       {"threads.cpu_limit", quota.cpus ? report::Value(Ratio{*quota.cpus}) : report::Value()},
       {"threads.run_delay_ratio", report::to_value(facts.threads.run_delay)}},
      fmt::format("raise the quota of {} (cpu.max; Kubernetes: limits.cpu), or run fewer threads "
                  "(GOMAXPROCS, worker_processes...)",
                  quota.group),
      lost};
}

}  // namespace debug_process::diagnosis
