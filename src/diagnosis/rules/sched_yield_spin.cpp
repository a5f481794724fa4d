// A thread waits for a lock by yielding in a loop, which burns a CPU.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kYieldsPerSecond = 1000;  // of one thread
constexpr double kCpu = 0.50;

}  // namespace

std::optional<Finding> sched_yield_spin(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  const std::uint64_t yields = calls_of(facts, {"sched_yield"}).calls;
  if (yields < kFewestEvents) return std::nullopt;
  if (!in_most_intervals(facts, {"sched_yield"}, kYieldsPerSecond)) return std::nullopt;
  for (const auto& thread : facts.threads.threads) {
    if (per_second(surely_made(thread, yields, facts), facts) < kYieldsPerSecond) continue;
    // Where others are in its way it would use more, and it is no less a spin for that.
    if (!thread.cpu || wanted_cpu(thread) < kCpu) continue;
    return Finding{
        "",
        Severity::warning,
        fmt::format("{} ({}) spins on sched_yield: {}, {} of a CPU", thread.name, thread.tid,
                    format_rate({per_second(yields, facts)}), format_ratio(*thread.cpu)),
        "It waits for something that another thread has to do. Meanwhile it takes the CPU away "
        "from "
        "that thread.",
        {cite_calls("sched_yield", yields), cite(thread, "cpu_ratio", *thread.cpu)},
        "find the spin lock (perf record -g, or gdb on that thread) and let it block: a "
        "mutex, a futex",
        thread.on_cpu};
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
