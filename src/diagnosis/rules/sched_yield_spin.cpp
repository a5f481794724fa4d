// A thread waits for a lock by yielding in a loop, which burns a CPU.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

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
  const std::uint64_t others = facts.syscalls.calls - std::min(yields, facts.syscalls.calls);
  for (const auto& thread : facts.threads.threads) {
    // Calls are not known by thread and name: what a thread made beyond all other calls was yields.
    const std::uint64_t calls = thread.calls.value_or(0);
    const std::uint64_t surely_yields = calls - std::min(calls, others);
    if (per_second(surely_yields, facts) < kYieldsPerSecond) continue;
    if (!thread.cpu || thread.cpu->value < kCpu) continue;
    return Finding{
        "",
        Severity::warning,
        fmt::format("{} ({}) spins on sched_yield: {}, {} of a CPU", thread.name, thread.tid,
                    format_rate({per_second(yields, facts)}), format_ratio(*thread.cpu)),
        "It waits for something that another thread has to do, and takes the CPU away "
        "from it.",
        {cite_calls("sched_yield", yields),
         {fmt::format("threads.threads[{}].cpu_ratio", thread.tid), *thread.cpu}},
        "find the spin lock (perf record -g, or gdb on that thread) and let it block: a "
        "mutex, a futex"};
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
