// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/estimate.h"

#include <algorithm>

#include "util/clock.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// So many reads and writes, and no fewer than a tenth of all calls, stand for the rest.
constexpr std::uint64_t kFewestReadsWrites = 30;
constexpr std::uint64_t kLeastShareOfReadsWrites = 10;
// Less is lost in the kernel's steps.
constexpr nanoseconds kLeastCpu = 2ms;
// Of the CPU time seen; where less than that was the thread's own, the stops' part of it is known
// too badly to be taken off.
constexpr double kLeastOwn = 0.5;
// The price is known to some tenths only: where the stops took more than a quarter of the CPU time,
// what is left for the thread's own may be off by as much again.
constexpr double kSureOwn = 0.75;
// The same, of the time that it was watched.
constexpr double kLeastShare = 0.05;
// Stops that are none of a call's: up to a tenth as many do not matter.
constexpr std::uint64_t kFewEvents = 10;
// Having lost more than a third of that, a thread is too slow for its pace to tell anything.
constexpr int kTooMuch = 3;

// Of what else is taken for made up for.
constexpr double kMostlyIdle = 0.5;
constexpr int kMuch = 10;

std::optional<Estimate> by_reads_writes(const Exposure& thread) {
  const std::uint64_t seen = thread.reads_writes;
  if (!thread.all_reads_writes || seen < kFewestReadsWrites ||
      seen < thread.stops / kLeastShareOfReadsWrites)
    return std::nullopt;
  const double factor = static_cast<double>(*thread.all_reads_writes) / static_cast<double>(seen);
  return Estimate{static_cast<double>(thread.calls) * std::max(factor, 1.0)};
}

std::optional<Estimate> by_cpu(const Exposure& thread, Price price) {
  if (!thread.cpu || price.cpu.count() <= 0 || thread.cpu_watched < kLeastCpu) return std::nullopt;
  const double seen = seconds(thread.cpu_watched);
  const double own = seen - static_cast<double>(thread.stops + thread.events) * seconds(price.cpu);
  const double unseen = std::max(seconds(*thread.cpu) - seen, 0.0);
  const double factor = 1 + unseen / std::max(own, seen * kLeastOwn);
  const bool unknown = thread.events > thread.stops / kFewEvents;
  return Estimate{static_cast<double>(thread.calls) * factor, unknown || own < seen * kSureOwn,
                  false};
}

// How long the thread would have needed for what it did while it was watched.
double undisturbed(const Exposure& thread, nanoseconds added) {
  const double watched = seconds(thread.watched);
  const double idle = watched * (1 - std::clamp(thread.busy.value_or(1), 0.0, 1.0));
  return std::max(watched - std::max(seconds(added) - idle, 0.0), watched * kLeastShare);
}

Estimate by_time(const Exposure& thread, std::optional<Price> price, nanoseconds lost) {
  const double calls = static_cast<double>(thread.calls);
  if (thread.watched.count() <= 0) return {calls, true};
  const double unwatched = seconds(std::max(thread.window - thread.watched, nanoseconds(0)));
  const bool too_slow = !price || lost > thread.watched / kTooMuch;
  const nanoseconds added =
      too_slow ? nanoseconds(0) : static_cast<std::int64_t>(thread.stops) * price->time;
  const bool in_its_sleep = thread.busy.value_or(1) < kMostlyIdle && lost > thread.watched / kMuch;
  return {calls + calls * unwatched / undisturbed(thread, added), too_slow, in_its_sleep};
}

}  // namespace

Exposure& Exposure::operator+=(const Exposure& other) {
  calls += other.calls;
  stops += other.stops;
  events += other.events;
  reads_writes += other.reads_writes;
  watched += other.watched;
  window += other.window;
  cpu_watched += other.cpu_watched;
  lost += other.lost;
  return *this;
}

Estimate estimate(const Exposure& thread, std::optional<Price> price, nanoseconds lost) {
  if (thread.watched >= thread.window && !thread.cpu) return {static_cast<double>(thread.calls)};
  if (const auto counted = by_reads_writes(thread)) return *counted;
  const Estimate timed = by_time(thread, price, lost);
  const auto by_use = price ? by_cpu(thread, *price) : std::nullopt;
  if (!by_use || (by_use->lower_bound && !timed.lower_bound)) return timed;
  if (by_use->lower_bound && timed.calls > by_use->calls) return timed;
  return *by_use;
}

}  // namespace debug_process::trace::ptrace
