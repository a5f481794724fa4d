// When the target is watched, and when it is let run, so that it pays no more than it may. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "trace/budget.h"

namespace debug_process::trace::ptrace {

class Bursts {
 public:
  explicit Bursts(std::optional<double> cap) : budget_(cap) {}

  // From here on the time counts. Watched from the start.
  void open(std::chrono::nanoseconds now);
  [[nodiscard]] bool on() const { return !resume_at_; }
  [[nodiscard]] bool paused_ever() const { return paused_ever_; }

  // After a call: `spent` is what the busiest thread has lost since open(). May end the burst.
  void charge(std::chrono::nanoseconds now, std::chrono::nanoseconds spent);
  // True when a pause is over: a new burst begins. What was spent in the pause makes it longer.
  [[nodiscard]] bool resume(std::chrono::nanoseconds now, std::chrono::nanoseconds spent);
  [[nodiscard]] std::optional<std::chrono::nanoseconds> resume_at() const { return resume_at_; }
  // How long the burst lasted that has ended last.
  [[nodiscard]] std::chrono::nanoseconds last_burst() const { return last_burst_; }
  // All bursts together.
  [[nodiscard]] std::chrono::nanoseconds watched(std::chrono::nanoseconds now) const;

 private:
  void pause(std::chrono::nanoseconds now, std::chrono::nanoseconds spent);
  [[nodiscard]] double jitter();

  Budget budget_;
  std::chrono::nanoseconds opened_{0};
  std::chrono::nanoseconds began_{0};
  std::chrono::nanoseconds watched_{0};
  std::chrono::nanoseconds last_burst_{0};
  std::optional<std::chrono::nanoseconds> resume_at_;
  bool paused_ever_ = false;
  std::uint32_t random_ = 2463534242U;
};

// What a thread has lost, at most all the time that it was watched. Where other threads keep the
// one tracer busy, it has to wait for its turn, and each call costs it the more.
[[nodiscard]] std::chrono::nanoseconds lost_to_stops(std::uint64_t calls,
                                                     std::uint64_t calls_of_others,
                                                     std::chrono::nanoseconds cost_per_call,
                                                     std::chrono::nanoseconds watched);

}  // namespace debug_process::trace::ptrace
