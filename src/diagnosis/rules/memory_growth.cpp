// Memory grows, and goes on growing.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/over_time.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kBytesPerSecond = 1048576;
constexpr double kSharePerMinute = 0.01;
// The kernel counts pages a few at a time, for each CPU: less is no growth.
constexpr std::uint64_t kLeast = 1048576;
// Caches, pools and just-in-time compilers take longer to fill than libraries to load.
constexpr std::chrono::seconds kMemoryWarmUp{30};
// Of the growth: file pages are given back when needed, and shared memory is often touched for the
// first time long after it was made.
constexpr double kAnonymous = 0.80;
// Below its former peak a process fills again what its garbage collector has emptied.
constexpr double kAtPeak = 0.95;
constexpr double kSoon = 3600;  // seconds: sooner than anybody looks at a graph of it

double number(const std::optional<Bytes>& bytes) {
  return static_cast<double>(bytes.value_or(Bytes{}).value);
}

bool was_at_its_peak(const sections::memory::Start& start) {
  return start.rss && start.rss_peak && number(start.rss) >= kAtPeak * number(start.rss_peak);
}

bool is_fast(const sections::memory::Growth& growth, const std::optional<Bytes>& rss) {
  return growth.low_per_s.value > 0 && (growth.per_s.value >= kBytesPerSecond ||
                                        growth.per_s.value * 60 >= kSharePerMinute * number(rss));
}

// What is left for it: under its cgroup's limit and on the machine.
std::optional<double> room(const Facts& facts) {
  const auto& limit = facts.memory.limit.headroom;
  const auto& machine = facts.host.memory_available;
  if (limit && machine) return std::min(number(limit), number(machine));
  if (limit || machine) return number(limit ? limit : machine);
  return std::nullopt;
}

}  // namespace

std::optional<Finding> memory_growth(const Facts& facts) {
  const auto& memory = facts.memory;
  if (!window_is_long_enough(facts) || !memory.growth || !memory.start || !memory.rss)
    return std::nullopt;
  if (!facts.process.uptime || *facts.process.uptime < kMemoryWarmUp) return std::nullopt;
  if (!steady_growth(rss_over_time(facts))) return std::nullopt;
  if (!is_fast(*memory.growth, memory.rss) || !was_at_its_peak(*memory.start)) return std::nullopt;
  const double grown = number(memory.rss) - number(memory.start->rss);
  const double anonymous = number(memory.anonymous) - number(memory.start->anonymous);
  if (grown < static_cast<double>(kLeast) || anonymous < kAnonymous * grown) return std::nullopt;
  const auto left = room(facts);
  const double rate = memory.growth->per_s.value;
  const double seconds = left ? *left / rate : kSoon;
  const bool soon = left && seconds < kSoon;
  return Finding{
      "",
      soon ? Severity::warning : Severity::info,
      fmt::format("memory grows by {}/s{}", format_bytes({static_cast<std::uint64_t>(rate)}),
                  soon ? fmt::format(": there is room for another {}",
                                     format_duration(
                                         std::chrono::seconds(static_cast<std::int64_t>(seconds))))
                       : ""),
      "It grew in each part of the window, beyond all it ever had, and nearly all of it is "
      "anonymous: "
      "allocated, and not freed. A cache that is still filling looks the same.",
      {{"memory.growth_bytes_per_s", memory.growth->per_s},
       {"memory.growth_low_bytes_per_s", memory.growth->low_per_s},
       {"memory.rss_bytes", *memory.rss},
       {"memory.anonymous_at_start_bytes", report::to_value(memory.start->anonymous)},
       {"memory.anonymous_bytes", report::to_value(memory.anonymous)}},
      fmt::format(
          "look again in some minutes; who allocates: a heap profile, or memleak-bpfcc -p {}",
          facts.process.pid)};
}

}  // namespace debug_process::diagnosis
