// Keeps what watching costs the target below the cap. Pure: times come in as arguments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace debug_process::trace {

class Budget {
 public:
  // `cap`: the share of the target's time that may be spent; nullopt: all of it.
  explicit Budget(std::optional<double> cap) : cap_(cap) {}

  // `spent` is what the target (its busiest thread) has lost to us since the window's start,
  // `elapsed` ago. A short overdraft is allowed, so that a slice is not too short to see anything.
  [[nodiscard]] bool is_exceeded(std::chrono::nanoseconds elapsed,
                                 std::chrono::nanoseconds spent) const {
    return cap_ && spent > allowed(elapsed + kOverdraft);
  }

  // How long nothing may be spent until the account is even again.
  [[nodiscard]] std::chrono::nanoseconds pause(std::chrono::nanoseconds elapsed,
                                               std::chrono::nanoseconds spent) const {
    if (!cap_ || *cap_ <= 0) return std::chrono::nanoseconds::max();
    const auto even = std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(spent.count()) / *cap_));
    return std::max(even - elapsed, std::chrono::nanoseconds(0));
  }

 private:
  // Slices come about this far apart.
  static constexpr std::chrono::milliseconds kOverdraft{200};

  [[nodiscard]] std::chrono::nanoseconds allowed(std::chrono::nanoseconds elapsed) const {
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(elapsed.count()) * *cap_));
  }

  std::optional<double> cap_;
};

}  // namespace debug_process::trace
