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
  // `elapsed` ago. An overdraft is allowed, so that a slice is not too short to see anything: a
  // share of that time, so that a window that ends now has not cost much more than its share.
  [[nodiscard]] bool is_exceeded(std::chrono::nanoseconds elapsed,
                                 std::chrono::nanoseconds spent) const {
    const auto overdraft = std::min<std::chrono::nanoseconds>(
        kLeastOverdraft + elapsed / kOverdraftShare, kMostOverdraft);
    return cap_ && spent > allowed(elapsed + overdraft);
  }

  // How long nothing may be spent until the account is even again.
  [[nodiscard]] std::chrono::nanoseconds pause(std::chrono::nanoseconds elapsed,
                                               std::chrono::nanoseconds spent) const {
    if (!cap_) return std::chrono::nanoseconds(0);
    const std::chrono::duration<double, std::nano> even(static_cast<double>(spent.count()) / *cap_);
    if (!(even < kLongestPause)) return kLongestPause;
    return std::max(std::chrono::duration_cast<std::chrono::nanoseconds>(even) - elapsed,
                    std::chrono::nanoseconds(0));
  }

 private:
  // Slices come about this far apart.
  static constexpr std::chrono::milliseconds kMostOverdraft{200};
  static constexpr std::chrono::milliseconds kLeastOverdraft{20};
  static constexpr int kOverdraftShare = 5;
  // With the smallest of caps; longer than any window.
  static constexpr std::chrono::hours kLongestPause{1000};

  [[nodiscard]] std::chrono::nanoseconds allowed(std::chrono::nanoseconds elapsed) const {
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(elapsed.count()) * *cap_));
  }

  std::optional<double> cap_;
};

}  // namespace debug_process::trace
