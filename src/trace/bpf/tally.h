// What was seen in the slices, and what it says of the time between them. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace debug_process::trace::bpf {

class Tally {
 public:
  // A stretch of time with the whole work done, and the calls in it. Of what came before the first
  // pause the latest stretch alone tells how it is now.
  void add_whole(std::uint64_t calls, std::chrono::nanoseconds time);
  // A slice in which calls were only counted.
  void add_counted(std::uint64_t calls, std::chrono::nanoseconds time);
  void pause() { paused_ = true; }

  [[nodiscard]] std::uint64_t calls() const { return whole_.calls; }
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] std::chrono::nanoseconds watched() const { return whole_.time; }

  // By how much what the whole work saw has to be multiplied to be all of the window. The two
  // costs are of a call, with the whole work and when it is only counted: from the pace of the
  // target under each the pace under none is told. 1 without a pause.
  [[nodiscard]] double factor(std::chrono::nanoseconds window, std::chrono::nanoseconds cost_whole,
                              std::chrono::nanoseconds cost_counted) const;

 private:
  struct Stretch {
    std::uint64_t calls = 0;
    std::chrono::nanoseconds time{0};
    void add(std::uint64_t more_calls, std::chrono::nanoseconds more_time) {
      calls += more_calls;
      time += more_time;
    }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(time).count(); }
    [[nodiscard]] double seconds_per_call() const { return seconds() / static_cast<double>(calls); }
  };

  [[nodiscard]] double undisturbed_seconds_per_call(double cost_whole, double cost_counted) const;

  Stretch whole_;   // all of it
  Stretch recent_;  // the part of it that `counted_` is compared with
  Stretch counted_;
  bool paused_ = false;
};

}  // namespace debug_process::trace::bpf
