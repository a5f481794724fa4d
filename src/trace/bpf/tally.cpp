// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/tally.h"

#include <algorithm>

namespace debug_process::trace::bpf {
namespace {

// Extrapolation from noise must not run away.
constexpr double kFastest = 0.3;  // of the time that a call takes when it is only counted
// A shorter stretch tells no pace; it belongs to the one before it.
constexpr std::chrono::milliseconds kShortest{1};

}  // namespace

void Tally::add_whole(std::uint64_t calls, std::chrono::nanoseconds time) {
  whole_.add(calls, time);
  if (!paused_ && time >= kShortest) recent_ = {};
  recent_.add(calls, time);
}

void Tally::add_counted(std::uint64_t calls, std::chrono::nanoseconds time) {
  counted_.add(calls, time);
}

// A straight line through two points: the more a call costs, the longer it takes, unless the target
// has time to spare, and then both points are at the same height.
double Tally::undisturbed_seconds_per_call(double cost_whole, double cost_counted) const {
  const double counted = counted_.seconds_per_call();
  if (recent_.calls == 0 || cost_whole <= cost_counted) return counted;
  const double slope = (recent_.seconds_per_call() - counted) / (cost_whole - cost_counted);
  return std::max(counted - slope * cost_counted, counted * kFastest);
}

double Tally::factor(std::chrono::nanoseconds window, std::chrono::nanoseconds cost_whole,
                     std::chrono::nanoseconds cost_counted) const {
  if (!paused_ || whole_.calls == 0) return 1;
  const double seen = static_cast<double>(whole_.calls);
  const double gap =
      std::max(std::chrono::duration<double>(window - whole_.time - counted_.time).count(), 0.0);
  const double per_call =
      counted_.calls == 0
          ? recent_.seconds_per_call()
          : undisturbed_seconds_per_call(std::chrono::duration<double>(cost_whole).count(),
                                         std::chrono::duration<double>(cost_counted).count());
  return (seen + static_cast<double>(counted_.calls) + gap / per_call) / seen;
}

}  // namespace debug_process::trace::bpf
