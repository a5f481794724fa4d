// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/bursts.h"

#include <algorithm>

#include "util/clock.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// Bursts at even distances could beat with what the target does at even distances.
constexpr double kJitter = 0.25;
// A tracer that is never idle is one that all wait for.
constexpr double kMostBusy = 0.95;

}  // namespace

void Bursts::open(nanoseconds now) {
  opened_ = now;
  began_ = now;
}

void Bursts::charge(nanoseconds now, nanoseconds spent) {
  if (!on() || !budget_.is_exceeded(now - opened_, spent)) return;
  last_burst_ = now - began_;
  watched_ += last_burst_;
  paused_ever_ = true;
  pause(now, spent);
}

void Bursts::pause(nanoseconds now, nanoseconds spent) {
  constexpr nanoseconds kFarAway = std::chrono::hours(1000);
  const nanoseconds even = std::min(budget_.pause(now - opened_, spent), kFarAway);
  resume_at_ = now + times(even, 1 + jitter());
}

bool Bursts::resume(nanoseconds now, nanoseconds spent) {
  if (!resume_at_ || now < *resume_at_) return false;
  pause(now, spent);
  if (now < *resume_at_) return false;
  resume_at_.reset();
  began_ = now;
  return true;
}

nanoseconds Bursts::watched(nanoseconds now) const {
  return watched_ + (on() ? now - began_ : nanoseconds(0));
}

// Between 0 and kJitter: xorshift (Marsaglia).
double Bursts::jitter() {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 17U;
  random_ ^= random_ << 5U;
  return kJitter * static_cast<double>(random_) / 4294967296.0;
}

nanoseconds lost_to_stops(std::uint64_t calls, std::uint64_t calls_of_others,
                          nanoseconds cost_per_call, nanoseconds watched) {
  if (watched.count() <= 0) return nanoseconds(0);
  const double cost = static_cast<double>(cost_per_call.count());
  const double busy_with_others =
      static_cast<double>(calls_of_others) * cost / static_cast<double>(watched.count());
  const double lost =
      static_cast<double>(calls) * cost / (1 - std::min(busy_with_others, kMostBusy));
  return times(watched, std::min(lost / static_cast<double>(watched.count()), 1.0));
}

}  // namespace debug_process::trace::ptrace
