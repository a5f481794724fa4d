// A lock goes from thread to thread, each of which has to be woken first: the switches take the
// time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/locks.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kSwitchesPerSecond = 5000;  // at some 5 us each: 2.5% of a CPU, and the caches
constexpr double kWakesPerWait = 0.9;        // each waiter is woken by itself
// Of the switches: a convoy does little else than hand over its lock.
constexpr double kShareOfSwitches = 0.5;

}  // namespace

std::optional<Finding> lock_convoy(const Facts& facts) {
  const Futex* lock = contended_lock(facts);
  if (lock == nullptr) return std::nullopt;
  std::uint64_t switches = 0;
  for (const Thread& thread : facts.threads.threads) {
    if (!thread.voluntary_switches) return std::nullopt;
    switches += *thread.voluntary_switches;
  }
  const double rate = static_cast<double>(switches) / seconds(facts.window);
  const auto waits = static_cast<double>(lock->waits);
  if (rate < kSwitchesPerSecond || waits < kShareOfSwitches * static_cast<double>(switches))
    return std::nullopt;
  if (static_cast<double>(lock->wakes) < kWakesPerWait * waits) return std::nullopt;
  // They could use that many CPUs, or all there are, and do not.
  const double could_use = std::min(static_cast<double>(lock->waiters),
                                    static_cast<double>(facts.host.cpus.value_or(lock->waiters)));
  if (!facts.threads.cpu || facts.threads.cpu->value >= could_use) return std::nullopt;
  const auto lost = without_waits_for_cpu(lock->waited, facts);
  return Finding{
      "",
      severity_of_thread_time(lost, facts),
      fmt::format(
          "{} hand one lock on in a convoy (futex {:#x}): {} waits and {} switches a second",
          counted(lock->waiters, "thread"), lock->address,
          format_count(static_cast<std::uint64_t>(per_second(lock->waits, facts))),
          format_count(static_cast<std::uint64_t>(rate))),
      "The lock is held for a shorter time than it takes to wake the next thread, so that all go "
      "at "
      "the pace of the scheduler. Once formed, such a queue does not dissolve by itself.",
      {cite(*lock, "waits", lock->waits),
       cite(*lock, "wakes", lock->wakes),
       cite(*lock, "waited_ns", lock->waited),
       cite(facts.threads.threads.front(), "voluntary_switches",
            report::to_value(facts.threads.threads.front().voluntary_switches)),
       {"threads.cpu_ratio", *facts.threads.cpu}},
      fmt::format("find the lock: gdb -p {} -batch -ex 'thread apply all bt'; take it less often, "
                  "do more each time, or give each thread its own part",
                  facts.process.pid),
      lost};
}

}  // namespace debug_process::diagnosis
