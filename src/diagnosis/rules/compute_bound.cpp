// A thread computes without a pause. Whether in a loop without end, only a profile can say.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kCpu = 0.90;
constexpr double kCallsPerSecond = 1;

}  // namespace

std::optional<Finding> compute_bound(const Facts& facts) {
  if (!window_is_long_enough(facts) || !silence_tells(facts)) return std::nullopt;
  const Thread* first = nullptr;
  std::uint64_t busy = 0;
  for (const auto& thread : facts.threads.threads) {
    if (!thread.cpu || thread.cpu->value < kCpu || !thread.calls) continue;
    if (per_second(*thread.calls, facts) >= kCallsPerSecond) continue;
    if (first == nullptr) first = &thread;
    ++busy;
  }
  if (first == nullptr) return std::nullopt;
  return Finding{
      "",
      Severity::info,
      fmt::format("{} without a pause: {} ({}) at {} of a CPU and hardly a system call",
                  busy == 1 ? "a thread computes" : format_count(busy) + " threads compute",
                  first->name, first->tid, format_ratio(*first->cpu)),
      "That is either its work or a loop without end. System calls cannot tell which.",
      {cite(*first, "cpu_ratio", *first->cpu), cite(*first, "calls", *first->calls)},
      fmt::format("profile it: perf record -g -t {} -- sleep 5, then perf report", first->tid)};
}

}  // namespace debug_process::diagnosis
