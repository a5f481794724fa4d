// Whether to keep hold of the target in a pause: it then stops at every signal and for every new
// thread, all the same. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace debug_process::trace::ptrace {

class Grip {
 public:
  // The target has stopped, not at a call and not because we wanted it to.
  void count_event() { ++events_; }
  // The burst ends that has lasted `burst`, and nothing may be spent for `pause`.
  void pause_begins(std::chrono::nanoseconds burst, std::chrono::nanoseconds pause);
  void burst_begins() { events_ = expected_ = 0; }
  // To let go and to take hold again stops each thread once more at most. Holding on has cost as
  // many stops since the pause began, or will, if events come as they did in the burst.
  [[nodiscard]] bool costs_more_than_letting_go(std::size_t threads) const;

 private:
  std::uint64_t events_ = 0;    // since the burst began, or the pause
  std::uint64_t expected_ = 0;  // in the pause
};

}  // namespace debug_process::trace::ptrace
