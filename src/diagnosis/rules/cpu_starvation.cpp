// A thread could run and gets no CPU.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kShareOfRunnable = 0.20;  // of the time in which it ran or could have run
constexpr double kPerSecond = 0.05;        // 50 ms a second: below it nobody notices
// A wait of less is the price of each wake-up where two threads hand work to each other, and no
// lack of CPUs: who has to wait for another's time slice waits for milliseconds.
constexpr double kShortWait = 250e-6;

bool is_starved(const Thread& thread, double window) {
  if (!thread.on_cpu || !thread.run_delay) return false;
  const double waited = seconds(*thread.run_delay);
  const double runnable = waited + seconds(*thread.on_cpu);
  return waited >= kPerSecond * window && waited >= kShareOfRunnable * runnable;
}

// Of all its waits for a CPU; it waited once for each time that it came to one.
bool waits_briefly(const Thread& thread) {
  const auto waits = static_cast<double>(thread.timeslices.value_or(0));
  return seconds(*thread.run_delay) < kShortWait * waits;
}

}  // namespace

std::optional<Finding> cpu_starvation(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  // Who asked to come last comes last.
  if (facts.process.nice.value_or(0) > 0) return std::nullopt;
  std::chrono::nanoseconds lost{0};
  const Thread* worst = nullptr;
  std::uint64_t starved = 0;
  for (const auto& thread : facts.threads.threads) {
    if (!is_starved(thread, seconds(facts.window))) continue;
    ++starved;
    lost += *thread.run_delay;
    if (worst == nullptr || *thread.run_delay > *worst->run_delay) worst = &thread;
  }
  if (worst == nullptr) return std::nullopt;
  const bool briefly = waits_briefly(*worst);
  const Ratio waited{seconds(*worst->run_delay) / seconds(facts.window)};
  return Finding{
      "",
      briefly ? Severity::info : Severity::warning,
      fmt::format("{} for a CPU: {} ({}) {} of the time{}",
                  starved == 1 ? "a thread waits" : format_count(starved) + " threads wait",
                  worst->name, worst->tid, format_ratio(waited),
                  briefly ? ", briefly each time" : ""),
      "It is ready to run, and others run instead. There are too many of them, too few CPUs are "
      "allowed to it, or a CPU quota is used up.",
      {cite(*worst, "run_delay_ns", *worst->run_delay),
       cite(*worst, "timeslices", report::to_value(worst->timeslices)),
       {"host.psi_cpu_some_ratio", report::to_value(facts.host.psi_cpu.some)},
       {"host.cpus", report::to_value(facts.host.cpus)}},
      fmt::format(
          "who else runs: top; which CPUs it may use: taskset -pc {}; the quota: cpu.max and "
          "cpu.stat (nr_throttled) of its cgroup",
          facts.process.pid),
      lost};
}

}  // namespace debug_process::diagnosis
