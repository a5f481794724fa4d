// How fast memory grows: a slope through all samples, which no single one of them can tilt.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "sections/memory/facts.h"
#include "util/units.h"

namespace debug_process::sections::memory {

class GrowthTrack {
 public:
  // Keeps a bounded number, whatever the window: when there are too many, every second is dropped.
  void add(std::chrono::steady_clock::time_point at, Bytes rss);

  // Theil and Sen: the median of the slopes between all pairs, and its 95% interval after Sen
  // (1968). nullopt with fewer than five samples.
  [[nodiscard]] std::optional<Growth> estimate() const;

 private:
  struct Sample {
    std::chrono::steady_clock::time_point at;
    Bytes rss;
  };
  std::vector<Sample> samples_;
  std::chrono::nanoseconds step_{0};  // samples that come sooner are left out
};

}  // namespace debug_process::sections::memory
