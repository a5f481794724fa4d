// The clock that the kernel stamps events with, and durations as the kernel takes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>

namespace debug_process {

// CLOCK_MONOTONIC, which is also that of bpf_ktime_get_ns().
[[nodiscard]] inline std::chrono::nanoseconds monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// As system calls take it; not negative.
[[nodiscard]] inline timespec to_timespec(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {seconds.count(), (duration - seconds).count()};
}

[[nodiscard]] inline double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

[[nodiscard]] inline std::chrono::nanoseconds times(std::chrono::nanoseconds duration,
                                                    double factor) {
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor));
}

}  // namespace debug_process
