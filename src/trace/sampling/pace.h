// How often to look, so that looking stays cheap. Pure: times come in as arguments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace debug_process::trace::sampling {

// Looking may take this share of one CPU.
inline constexpr double kShare = 0.02;
inline constexpr std::chrono::milliseconds kInterval{20};

// CPU time that may be spent: it comes in evenly, and little of it can be saved up, so that a
// process which all at once has thousands of threads is not paid for with what a quiet hour left.
class Allowance {
 public:
  // At most so much at a time.
  static constexpr std::chrono::nanoseconds kMost = std::chrono::milliseconds(4);

  void earn(std::chrono::nanoseconds elapsed) {
    left_ = std::min(left_ + kShare * std::chrono::duration<double>(elapsed), Seconds(kMost));
  }
  // May exceed what there is; then nothing is left until that is earned back.
  void spend(std::chrono::nanoseconds cpu) { left_ -= cpu; }
  [[nodiscard]] bool is_left() const { return left_ > Seconds(0); }

 private:
  using Seconds = std::chrono::duration<double>;
  Seconds left_ = kMost;
};

// The time until the next moment to look at: not quite even, so that a target which itself does
// something fifty times a second is not met in the same place each time.
class Beat {
 public:
  explicit Beat(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] std::chrono::nanoseconds next() {
    constexpr std::chrono::nanoseconds kEven = kInterval;
    return std::chrono::nanoseconds(
        std::uniform_int_distribution(kEven.count() * 3 / 4, kEven.count() * 5 / 4)(random_));
  }

 private:
  std::minstd_rand random_;
};

}  // namespace debug_process::trace::sampling
