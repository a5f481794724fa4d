// Memory that is in use has to be read back from swap.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kFaultsPerSecond =
    10;  // cold pages that were swapped out once come back more rarely

}  // namespace

std::optional<Finding> swapping(const Facts& facts) {
  if (!window_is_long_enough(facts) || !facts.memory.swap || !facts.memory.page_faults_major) {
    return std::nullopt;
  }
  const std::uint64_t faults = *facts.memory.page_faults_major;
  const double rate = static_cast<double>(faults) / seconds(facts.window);
  if (facts.memory.swap->value == 0 || rate < kFaultsPerSecond) return std::nullopt;
  return Finding{
      "",
      Severity::warning,
      fmt::format("swapping: {} swapped out, major faults at {}", format_bytes(*facts.memory.swap),
                  format_rate({rate})),
      "A thread that touches a swapped page sleeps until the disk has answered. (Major "
      "faults also come from files that are mapped.)",
      {{"memory.swap_bytes", *facts.memory.swap},
       {"memory.page_faults_major", faults},
       {"host.memory_available_bytes", report::to_value(facts.host.memory_available)}},
      "free memory or raise the memory limit; vmstat 1 shows whether the host swaps (si, "
      "so)"};
}

}  // namespace debug_process::diagnosis
