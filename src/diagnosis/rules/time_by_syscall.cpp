// Reading the clock enters the kernel, which the vDSO is there to avoid.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kPerSecond = 100;

// 32-bit programs often have no vDSO for it.
bool is_64_bit(const std::string& abi) {
  return abi == "x86_64" || abi == "aarch64";
}

bool reads_the_clock(const std::string& syscall) {
  return syscall == "clock_gettime" || syscall == "gettimeofday" || syscall == "time";
}

}  // namespace

std::optional<Finding> time_by_syscall(const Facts& facts) {
  // One that fails always enters the kernel.
  if (!window_is_long_enough(facts) || !counts_successes(facts)) return std::nullopt;
  const sections::syscalls::Row* worst = nullptr;
  for (const auto& row : facts.syscalls.rows) {
    if (!reads_the_clock(row.syscall) || !is_64_bit(row.abi)) continue;
    if (worst == nullptr || row.calls > worst->calls) worst = &row;
  }
  if (worst == nullptr || worst->calls < kFewestEvents) return std::nullopt;
  const double rate = per_second(worst->calls, facts);
  if (rate < kPerSecond) return std::nullopt;
  if (!in_most_intervals(facts, {worst->syscall}, kPerSecond)) return std::nullopt;
  const auto lost = times_are_own(facts) ? std::optional(worst->latency.sum) : std::nullopt;
  return Finding{
      "",
      severity_of_cpu_time(lost, facts),
      fmt::format("the clock is read by system call: {} at {}", worst->syscall,
                  format_rate({rate})),
      "Normally the C library reads it without entering the kernel, ten times faster. "
      "Clocks of CPU time (CLOCK_PROCESS_CPUTIME_ID and the like) always enter it.",
      {cite_calls(worst->syscall, worst->calls)},
      "cat /sys/devices/system/clocksource/clocksource0/current_clocksource: anything but "
      "tsc, kvm-clock, hyperv or arch_sys_counter has no fast path; dmesg | grep -i tsc "
      "says why",
      lost};
}

}  // namespace debug_process::diagnosis
