// Looks at all threads in turn, as often as the allowance lets it, and adds up what it finds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "trace/activity.h"
#include "trace/backend.h"
#include "trace/sampling/family.h"
#include "trace/sampling/pace.h"
#include "trace/sampling/tally.h"

namespace debug_process::trace::sampling {

// Belongs to one thread: whose CPU time it counts.
class Sampler {
 public:
  Sampler(Family family, const WatchOptions& options);

  void begin(Clock::time_point now);
  // One moment: all threads, or as many as may be looked at now, going on where the last one ended.
  void tick(Clock::time_point now);
  [[nodiscard]] Activity finish(Clock::time_point now);
  // What looking took of this thread's CPU time.
  [[nodiscard]] std::chrono::nanoseconds spent() const { return spent_; }

 private:
  struct Seat {
    std::size_t member = 0;
    pid_t tid = 0;
  };

  // CPU time of this thread since the last time.
  std::chrono::nanoseconds take_cpu();
  void charge();
  void search(Clock::time_point now);
  void begin_round();
  void merge_ended();
  void look_at(const Seat& seat, Clock::time_point now);
  void look_at_least_once(Clock::time_point now);
  void look_around(Clock::time_point now);
  [[nodiscard]] double rounds() const;
  [[nodiscard]] std::vector<InFlight> in_flight(Clock::time_point now);
  [[nodiscard]] std::vector<std::string> notes(std::chrono::nanoseconds observed) const;

  Family family_;
  WatchOptions options_;
  Tally tally_;
  Allowance allowance_;
  std::chrono::nanoseconds cpu_{0};  // of this thread, when last charged
  std::chrono::nanoseconds spent_{0};
  Clock::time_point began_;
  Clock::time_point last_tick_;
  Clock::time_point next_search_;
  std::chrono::nanoseconds search_step_{0};
  std::vector<Seat> round_;
  std::size_t next_ = 0;
  std::uint64_t rounds_ended_ = 0;
  bool was_short_ = false;  // a moment had to end before all threads were looked at
};

}  // namespace debug_process::trace::sampling
