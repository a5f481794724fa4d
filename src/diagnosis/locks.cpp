// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/locks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace debug_process::diagnosis {
namespace {

constexpr unsigned kWaiters = 3;  // two may be a producer and a consumer
constexpr double kWaitsPerSecond = 100;
constexpr double kShareOfThreads = 0.10;
// Two of the different threads that are told apart may look like one.
constexpr double kWakeOthers = 0.75;  // of those that wait
constexpr double kWakesPerWait = 0.75;

bool is_lock(const Futex& futex) {
  return futex.waiters >= kWaiters &&
         static_cast<double>(futex.waiters_that_wake) >=
             kWakeOthers * static_cast<double>(futex.waiters) &&
         static_cast<double>(futex.wakes) >= kWakesPerWait * static_cast<double>(futex.waits);
}

}  // namespace

const Futex* contended_lock(const Facts& facts) {
  if (!window_is_long_enough(facts) || !counts_successes(facts)) return nullptr;
  if (!facts.syscalls.futexes || !times_are_own(facts)) return nullptr;
  if (!in_most_intervals(facts, {"futex"}, kWaitsPerSecond)) return nullptr;
  for (const Futex& futex : *facts.syscalls.futexes) {  // most time first
    if (!is_lock(futex) || futex.waits < kFewestEvents) continue;
    if (per_second(futex.waits, facts) < kWaitsPerSecond) continue;
    // Who holds it and gets no CPU makes the others wait, and so does who has got it and gets none.
    Futex without = futex;
    without.waited = without_waits_for_cpu(futex.waited, facts);
    if (waiting_share(without, facts) >= kShareOfThreads) return &futex;
  }
  return nullptr;
}

double waiting_share(const Futex& lock, const Facts& facts) {
  const double all = static_cast<double>(lock.waiters) * observed_seconds(facts);
  return all > 0 ? std::min(1.0, seconds(lock.waited) / all) : 0;
}

report::Evidence cite(const Futex& futex, std::string_view column, report::Value value) {
  return {fmt::format("syscalls.futexes[{:#x}].{}", futex.address, column), std::move(value)};
}

}  // namespace debug_process::diagnosis
