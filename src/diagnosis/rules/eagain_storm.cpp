// Calls are made on descriptors that are not ready, over and over.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kFailuresPerSecond = 1000;
constexpr std::uint64_t kFailuresPerSuccess =
    5;  // edge-triggered loops drain until EAGAIN: at most one each

// EAGAIN from futex says that the value has changed meanwhile: contention, and none of this.
bool means_not_ready(const ErrorRow& row) {
  return !row.syscall.starts_with("futex");
}

// Unknown where a tracer adds to all times. A loop around them costs more than they do.
std::optional<std::chrono::nanoseconds> cost_of(const ErrorRow& row, const CallTotals& all,
                                                const Facts& facts) {
  if (!times_are_own(facts)) return std::nullopt;
  const double share =
      static_cast<double>(row.calls) / static_cast<double>(std::max(row.calls, all.calls));
  const std::chrono::nanoseconds in_calls(
      static_cast<std::int64_t>(share * static_cast<double>(all.time.count())));
  return std::max(in_calls, cpu_of_loops_around(row.calls, facts));
}

}  // namespace

std::optional<Finding> eagain_storm(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_successes(facts)) return std::nullopt;
  for (const ErrorRow* row : failures(facts, {EAGAIN})) {
    if (!means_not_ready(*row) || row->calls < kFewestEvents) continue;
    const CallTotals all = calls_of(facts, {row->syscall});
    const std::uint64_t failed = all.errors + all.restarts;
    const std::uint64_t successes = all.calls - std::min(all.calls, failed);
    const double rate = per_second(row->calls, facts);
    if (rate < kFailuresPerSecond || row->calls < kFailuresPerSuccess * successes) continue;
    const std::string successes_text =
        successes == 0
            ? "and never succeeds"
            : fmt::format("{} times for each success", format_count(row->calls / successes));
    if (!in_most_intervals(facts, {row->syscall}, kFailuresPerSecond)) continue;
    const auto lost = cost_of(*row, all, facts);
    return Finding{
        "",
        // Under ptrace nobody knows what they cost: so many cost enough.
        lost ? severity_of_cpu_time(lost, facts) : Severity::warning,
        fmt::format("{} fails with EAGAIN at {}, {}", row->syscall, format_rate({rate}),
                    successes_text),
        "It asks again instead of waiting until the descriptor is ready. Each answer costs a "
        "system call, and says only that there is nothing.",
        {cite(*row), cite_calls(row->syscall, all.calls)},
        "wait with epoll or poll before the call; look at which descriptors are watched "
        "for what",
        lost};
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
