// Address space is mapped and unmapped all the time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kCallsPerSecond =
    2000;  // each takes the mmap lock and may interrupt the other CPUs
constexpr double kShareOfSyscallTime = 0.10;

const Names kMappingCalls = {"mmap", "mmap2", "munmap", "mremap", "mprotect", "brk", "madvise"};

// A thread's stack is mapped, guarded, given back and unmapped.
constexpr std::uint64_t kCallsPerStack = 4;

double share_of_stacks(std::uint64_t calls, const Facts& facts) {
  const std::uint64_t threads = facts.threads.exited_thread_count.value_or(0);
  return static_cast<double>(std::min(calls, threads * kCallsPerStack)) /
         static_cast<double>(calls);
}

}  // namespace

std::optional<Finding> mapping_churn(const Facts& facts) {
  if (!window_is_long_enough(facts) || is_warming_up(facts)) return std::nullopt;
  if (!counts_successes(facts)) return std::nullopt;
  const CallTotals churn = calls_of(facts, kMappingCalls);
  if (churn.calls < kFewestEvents) return std::nullopt;
  // Stacks of threads that came and went are no matter of malloc's.
  const double others = 1 - share_of_stacks(churn.calls, facts);
  const double rate = others * per_second(churn.calls, facts);
  const std::chrono::nanoseconds lost(
      static_cast<std::int64_t>(others * static_cast<double>(churn.time.count())));
  const double time = seconds(lost);
  const double all_time = seconds(facts.syscalls.in_syscalls);
  const bool costly = counts_all_calls(facts) && times_are_own(facts) &&
                      time >= kShareOfSyscallTime * all_time &&
                      time >= kWorthOfCpu * observed_seconds(facts);
  if (rate < kCallsPerSecond && !costly) return std::nullopt;
  return Finding{
      "",
      // By their number alone they may cost next to nothing; how much is unknown under ptrace.
      times_are_own(facts) ? severity_of_cpu_time(lost, facts) : Severity::warning,
      fmt::format("memory is mapped and unmapped at {}", format_rate({rate})) +
          (times_are_own(facts) ? fmt::format(" ({} in all)", format_duration(lost)) : ""),
      "Every such call takes the lock of the address space, for which page faults of all threads "
      "wait. Freed pages have to be zeroed again.",
      cite_calls(facts, kMappingCalls),
      "glibc: raise M_MMAP_THRESHOLD and M_TRIM_THRESHOLD (MALLOC_MMAP_THRESHOLD_, "
      "MALLOC_TRIM_THRESHOLD_); or reuse buffers",
      times_are_own(facts) ? std::optional(lost) : std::nullopt};
}

}  // namespace debug_process::diagnosis
