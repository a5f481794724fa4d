// Threads queue for one lock.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/locks.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

std::optional<Finding> lock_contention(const Facts& facts) {
  const Futex* lock = contended_lock(facts);
  if (lock == nullptr) return std::nullopt;
  const auto lost = without_waits_for_cpu(lock->waited, facts);
  return Finding{
      "",
      severity_of_thread_time(lost, facts),
      fmt::format("{} contend for one lock (futex {:#x}): {} of their time is spent waiting for it",
                  counted(lock->waiters, "thread"), lock->address,
                  format_ratio({waiting_share(*lock, facts)})),
      "The threads that wait for it are those that give it away: one holds it, the others stand in "
      "a queue. What is done under the lock is done by one thread at a time, however many there "
      "are.",
      {cite(*lock, "waited_ns", lock->waited), cite(*lock, "waits", lock->waits),
       cite(*lock, "wakes", lock->wakes), cite(*lock, "waiters", std::uint64_t{lock->waiters})},
      fmt::format("find the lock: gdb -p {0} -batch -ex 'thread apply all bt' shows who waits for "
                  "it and who holds it; then hold it for a shorter time, or split it",
                  facts.process.pid),
      lost};
}

}  // namespace debug_process::diagnosis
