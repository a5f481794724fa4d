// Address space is mapped and unmapped all the time.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kCallsPerSecond =
    2000;  // each takes the mmap lock and may interrupt the other CPUs
constexpr double kShareOfSyscallTime = 0.10;

const Names kMappingCalls = {"mmap", "mmap2", "munmap", "mremap", "mprotect", "brk", "madvise"};

}  // namespace

std::optional<Finding> mapping_churn(const Facts& facts) {
  if (!window_is_long_enough(facts) || is_warming_up(facts)) return std::nullopt;
  if (!counts_successes(facts)) return std::nullopt;
  const CallTotals churn = calls_of(facts, kMappingCalls);
  if (churn.calls < kFewestEvents) return std::nullopt;
  const double rate = per_second(churn.calls, facts);
  const double time = seconds(churn.time);
  const double all_time = seconds(facts.syscalls.in_syscalls);
  const bool costly = counts_all_calls(facts) && times_are_own(facts) &&
                      time >= kShareOfSyscallTime * all_time &&
                      time >= kWorthOfCpu * observed_seconds(facts);
  if (rate < kCallsPerSecond && !costly) return std::nullopt;
  return Finding{
      "",
      // By their number alone they may cost next to nothing; how much is unknown under ptrace.
      times_are_own(facts) ? severity_of_cpu_time(churn.time, facts) : Severity::warning,
      fmt::format("memory is mapped and unmapped at {}", format_rate({rate})) +
          (times_are_own(facts) ? fmt::format(" ({} in all)", format_duration(churn.time)) : ""),
      "Every such call takes the lock of the address space, for which page faults of all threads "
      "wait. Freed pages have to be zeroed again.",
      cite_calls(facts, kMappingCalls),
      "glibc: raise M_MMAP_THRESHOLD and M_TRIM_THRESHOLD (MALLOC_MMAP_THRESHOLD_, "
      "MALLOC_TRIM_THRESHOLD_); or reuse buffers",
      times_are_own(facts) ? std::optional(churn.time) : std::nullopt};
}

}  // namespace debug_process::diagnosis
