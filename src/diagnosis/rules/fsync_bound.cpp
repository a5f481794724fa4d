// Threads wait until what they wrote is safe on the disk.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kShareOfThread = 0.20;
// One that does nothing but flush in the background may be in it all the time, and hurts nobody.
constexpr double kOneFlusher = 1.0;
constexpr nanoseconds kSlow = std::chrono::milliseconds(50);  // one in a hundred, for a commit
constexpr std::uint64_t kFewestCalls = 10;  // each may take a part of a second: few are many

const Names kFlushes = {"fsync", "fdatasync", "msync", "sync_file_range", "syncfs", "sync"};

std::string_view longest(const Facts& facts) {
  for (const auto& row : facts.syscalls.rows)  // by time
    if (std::find(kFlushes.begin(), kFlushes.end(), row.syscall) != kFlushes.end())
      return row.syscall;
  return "fsync";
}

// Whether it is surely a thread with other work that waits: the only one that makes calls, or more
// than one flusher can be in.
bool workers_wait(double share, const Facts& facts) {
  if (share >= kOneFlusher + kShareOfThread) return true;
  return calling_threads(facts) == std::size_t{1} && share >= kShareOfThread;
}

}  // namespace

std::optional<Finding> fsync_bound(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_successes(facts) || !times_are_own(facts))
    return std::nullopt;
  const CallTotals flushes = calls_of(facts, kFlushes);
  if (flushes.calls < kFewestCalls) return std::nullopt;
  const nanoseconds waited = without_waits_for_cpu(flushes.time, facts);
  const double share = seconds(waited) / observed_seconds(facts);
  const auto p99 = flushes.latency.quantile(0.99);
  const bool slow = flushes.calls >= kFewestEvents && p99 && *p99 >= kSlow && waited >= kSlow;
  if (share < kShareOfThread && !slow) return std::nullopt;
  // In most intervals at least one.
  if (!in_most_intervals(facts, kFlushes, 1)) return std::nullopt;
  const bool costly = workers_wait(share, facts) ||
                      (slow && calling_threads(facts) == std::size_t{1} && share >= kWorthOfThread);
  const std::string_view call = longest(facts);
  return Finding{
      "",
      costly ? Severity::warning : Severity::info,
      fmt::format("{} of thread time waits for {}: {}, {} on average", format_duration(waited),
                  call, counted(flushes.calls, "call"),
                  format_duration(flushes.time / static_cast<std::int64_t>(flushes.calls))),
      costly
          ? "Each call returns when the device has the data for good: so the pace is the device's. "
            "Calls that are made one after the other cannot share such a wait."
          : "Each call returns when the device has the data for good. Which threads wait cannot "
            "be told: one that does nothing but flush in the background holds up nobody.",
      {{fmt::format("syscalls.syscalls[{}].total_ns", call), calls_of(facts, {call}).time},
       cite_calls(call, calls_of(facts, {call}).calls),
       {fmt::format("syscalls.syscalls[{}].p99_ns", call),
        report::to_value(calls_of(facts, {call}).latency.quantile(0.99))},
       {"disk.written_bytes",
        facts.disk.storage ? report::Value(facts.disk.storage->written) : report::Value()}},
      "write several changes before each flush (group commit, larger transactions); the device: "
      "iostat -x 1, column w_await",
      waited};
}

}  // namespace debug_process::diagnosis
