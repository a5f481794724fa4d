// A thread sleeps for a moment, looks whether there is something to do, and sleeps again.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string_view>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kSleepsPerSecond = 50;  // of one thread
// 10 ms, and what timers, histogram and a busy machine add.
constexpr nanoseconds kShortSleep = std::chrono::milliseconds(11);
// Looking takes microseconds. What computes a frame, or mixes sound, takes a good part of the time
// between two sleeps, and sleeps on purpose.
constexpr nanoseconds kLittleWork = std::chrono::microseconds(100);
// Who paces what it sends sleeps on purpose too.
constexpr double kTransfersPerSleep = 0.5;

const Names kSleeps = {"nanosleep", "clock_nanosleep"};

bool moves_data(std::uint64_t sleeps, const Facts& facts) {
  if (!facts.files.io_known) return false;
  std::uint64_t transfers = 0;
  for (const auto& file : facts.files.files)
    if (file.io) transfers += file.io->transfers;
  for (const auto& closed : facts.files.closed) transfers += closed.io.transfers;
  return static_cast<double>(transfers) >= kTransfersPerSleep * static_cast<double>(sleeps);
}

// " for /run/app/ready": what it looks for, where that is a path that it asks about each time.
std::string looked_for(std::uint64_t sleeps, const Facts& facts) {
  std::string_view path;
  std::uint64_t most = sleeps / 2;
  for (const auto& object : facts.errors.objects) {
    if (object.calls <= most || !object.object.starts_with('/')) continue;
    most = object.calls;
    path = object.object;
  }
  if (facts.syscalls.lookups && path.empty())
    for (const auto& lookup : *facts.syscalls.lookups) {
      if (lookup.calls <= most) continue;
      most = lookup.calls;
      path = lookup.path;
    }
  return path.empty() ? "" : fmt::format(" for {}", path);
}

}  // namespace

std::optional<Finding> sleep_polling(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_all_calls(facts)) return std::nullopt;
  const CallTotals sleeps = calls_of(facts, kSleeps);
  const auto median = sleeps.latency.quantile(0.5);
  if (sleeps.calls < kFewestEvents || !median || *median > kShortSleep) return std::nullopt;
  if (!in_most_intervals(facts, kSleeps, kSleepsPerSecond)) return std::nullopt;
  if (moves_data(sleeps.calls, facts)) return std::nullopt;
  for (const Thread& thread : facts.threads.threads) {
    const std::uint64_t own = surely_made(thread, sleeps.calls, facts);
    if (own < kFewestEvents || per_second(own, facts) < kSleepsPerSecond) continue;
    if (!thread.on_cpu || *thread.on_cpu > kLittleWork * static_cast<std::int64_t>(own)) continue;
    Finding finding{
        "",
        severity_of_cpu_time(thread.on_cpu, facts),
        fmt::format("{} ({}) sleeps and looks again{}: at {}, {} each", thread.name, thread.tid,
                    looked_for(own, facts), format_rate({per_second(own, facts)}),
                    format_duration(*median)),
        "It wakes up at that rate whether there is work or not, and work waits for the end of the "
        "sleep. Hardly anything is done between two sleeps.",
        cite_calls(facts, kSleeps),
        fmt::format("wait for the event itself (a condition variable, poll, epoll, inotify); who "
                    "sleeps: gdb -p {} -batch -ex 'thread apply all bt'",
                    facts.process.pid),
        thread.on_cpu};
    finding.evidence.push_back(cite(thread, "on_cpu_ns", *thread.on_cpu));
    return finding;
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
