// Threads become more and more, or come and go all the time, or no more are allowed soon.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kNearLimit = 0.80;
constexpr double kVeryNearLimit = 0.95;
constexpr std::uint64_t kMany = 50;       // pools are smaller, or full after a moment
constexpr double kShareOfThreads = 0.10;  // a minute
constexpr double kStartsPerSecond = 10;

std::optional<Finding> near_limit(const Facts& facts) {
  const sections::threads::Pids& pids = facts.threads.pids;
  if (!pids.current || !pids.limit || *pids.limit == 0) return std::nullopt;
  const double used = static_cast<double>(*pids.current) / static_cast<double>(*pids.limit);
  if (used < kNearLimit) return std::nullopt;
  return Finding{
      "",
      used >= kVeryNearLimit ? Severity::critical : Severity::warning,
      fmt::format("{} of {} threads and processes allowed to {} ({})", format_count(*pids.current),
                  format_count(*pids.limit), pids.group, format_ratio({used})),
      "At the limit of the control group no thread and no process can be started: clone and fork "
      "fail with EAGAIN. Everything in the group counts, and not this process alone.",
      {{"threads.pids_current", *pids.current},
       {"threads.pids_limit", *pids.limit},
       {"threads.threads", report::to_value(facts.threads.count)}},
      fmt::format("see who has so many: ps -eLo pid,comm,cgroup --no-headers | grep -F {} | sort | "
                  "uniq -c | sort -n; raise pids.max (systemd: TasksMax=)",
                  pids.group)};
}

std::optional<Finding> growing(const Facts& facts) {
  if (is_warming_up(facts)) return std::nullopt;  // pools are being filled
  const auto growth = grows_throughout(facts, facts.intervals.threads_at_start, &Interval::threads);
  if (!growth) return std::nullopt;
  const std::uint64_t more = growth->to - growth->from;
  const double per_minute = static_cast<double>(more) * 60 / seconds(facts.window);
  if (more < kMany || per_minute < kShareOfThreads * static_cast<double>(growth->from))
    return std::nullopt;
  return Finding{
      "",
      Severity::warning,
      fmt::format("threads become more and more: {} at first, {} after {}",
                  format_count(growth->from), format_count(growth->to),
                  format_duration(facts.window)),
      "They were started in every part of the window, and did not end. Each takes memory for its "
      "stack, and the limits of threads (ulimit -u, pids.max) end it.",
      {{"intervals.threads_at_start", growth->from},
       {"threads.threads", report::to_value(facts.threads.count)},
       {"threads.started", report::to_value(facts.threads.started_in_window)}},
      fmt::format("see what the new ones wait for: gdb -p {} -batch -ex 'thread apply all bt'; who "
                  "starts them: bpftrace -e 't:sched:sched_process_fork /pid == {}/ {{ "
                  "@[ustack] = count(); }}'",
                  facts.process.pid, facts.process.pid)};
}

// A thread for each request: a choice that many servers live well with.
std::optional<Finding> churning(const Facts& facts) {
  if (!facts.threads.exited_thread_count || !window_is_long_enough(facts)) return std::nullopt;
  const std::uint64_t ended = *facts.threads.exited_thread_count;
  if (ended < kFewestEvents || per_second(ended, facts) < kStartsPerSecond) return std::nullopt;
  if (facts.process.followed) return std::nullopt;  // children's threads are counted in
  if (!in_most_intervals(facts, {"clone", "clone3"}, kStartsPerSecond)) return std::nullopt;
  return Finding{
      "",
      Severity::info,
      fmt::format("threads come and go: {} ended, at {}", format_count(ended),
                  format_rate({per_second(ended, facts)})),
      "Starting and ending a thread takes some tens of microseconds, and its caches are cold. A "
      "pool of threads that stay does without.",
      {{"threads.exited_threads", ended},
       {"threads.threads", report::to_value(facts.threads.count)}},
      fmt::format("who starts them: bpftrace -e 't:sched:sched_process_fork /pid == {}/ {{ "
                  "@[ustack] = count(); }}'",
                  facts.process.pid)};
}

}  // namespace

std::optional<Finding> thread_explosion(const Facts& facts) {
  if (auto finding = near_limit(facts)) return finding;
  if (auto finding = growing(facts)) return finding;
  return churning(facts);
}

}  // namespace debug_process::diagnosis
