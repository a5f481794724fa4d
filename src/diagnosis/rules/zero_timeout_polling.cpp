// A thread asks again and again whether something is ready, instead of waiting until it is.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kPollsPerSecond = 1000;  // of one thread; timers of a millisecond stay below
constexpr double kNothingReady = 0.90;
constexpr double kCpu = 0.50;
// The kernel lets a sleep last at least its timer slack longer, 50 us by default: what returned
// sooner had a timeout of 0.
constexpr nanoseconds kAtOnce = std::chrono::microseconds(50);

const Names kPolls = {"poll",       "ppoll",       "select",      "pselect6",
                      "epoll_wait", "epoll_pwait", "epoll_pwait2"};

Finding spinning(const Facts& facts, const Thread& thread, const CallTotals& polls) {
  const sections::syscalls::Row& row = *called(facts, kPolls).front();
  const std::string& call = row.syscall;
  const nanoseconds lost = std::max(polls.time, cpu_of_loops_around(polls.calls, facts));
  return {
      "",
      severity_of_thread_time(lost, facts),
      fmt::format("{} ({}) polls without waiting: {} at {}, {} of a CPU", thread.name, thread.tid,
                  call, format_rate({per_second(polls.calls, facts)}), format_ratio(*thread.cpu)),
      fmt::format(
          "Its timeout is 0: {} of the calls found nothing ready and returned at once. "
          "Unless it is meant to spend a CPU on short reaction times, a timeout is "
          "computed wrongly, or rounded down to 0.",
          format_ratio({static_cast<double>(*polls.zeros) / static_cast<double>(polls.calls)})),
      {{fmt::format("syscalls.syscalls[{}].zeros", call), report::to_value(row.zeros)},
       cite_calls(call, row.calls),
       cite(thread, "cpu_ratio", *thread.cpu)},
      fmt::format("see who computes the timeout: perf record -g -t {} -- sleep 5, or gdb -p {} "
                  "and a breakpoint on {}",
                  thread.tid, facts.process.pid, call),
      lost};
}

}  // namespace

std::optional<Finding> zero_timeout_polling(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_all_calls(facts)) return std::nullopt;
  const CallTotals polls = calls_of(facts, kPolls);
  if (polls.calls < kFewestEvents || !polls.zeros) return std::nullopt;
  if (static_cast<double>(*polls.zeros) < kNothingReady * static_cast<double>(polls.calls))
    return std::nullopt;
  const auto nearly_all = polls.latency.quantile(kNothingReady);
  if (!nearly_all || *nearly_all > kAtOnce) return std::nullopt;
  if (!in_most_intervals(facts, kPolls, kPollsPerSecond)) return std::nullopt;
  for (const Thread& thread : facts.threads.threads) {
    if (!thread.cpu || wanted_cpu(thread) < kCpu) continue;
    if (per_second(surely_made(thread, polls.calls, facts), facts) < kPollsPerSecond) continue;
    return spinning(facts, thread, polls);
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
