// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/growth.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace debug_process::sections::memory {
namespace {

constexpr std::size_t kFewest = 5;
constexpr std::size_t kMost = 120;
constexpr double kNormal95 = 1.96;

double median(const std::vector<double>& sorted) {
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

}  // namespace

void GrowthTrack::add(std::chrono::steady_clock::time_point at, Bytes rss) {
  if (!samples_.empty() && at - samples_.back().at < step_) return;
  samples_.push_back({at, rss});
  if (samples_.size() <= kMost) return;
  for (std::size_t i = 0; 2 * i < samples_.size(); ++i) samples_[i] = samples_[2 * i];
  samples_.resize((samples_.size() + 1) / 2);
  // A little less than the distance that is left, for samples that come a little early.
  step_ = (samples_.back().at - samples_.front().at) / static_cast<int>(samples_.size()) * 9 / 10;
}

std::optional<Growth> GrowthTrack::estimate() const {
  const std::size_t count = samples_.size();
  if (count < kFewest) return std::nullopt;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      const double seconds = std::chrono::duration<double>(samples_[j].at - samples_[i].at).count();
      if (seconds <= 0) continue;
      const double change =
          static_cast<double>(samples_[j].rss.value) - static_cast<double>(samples_[i].rss.value);
      slopes.push_back(change / seconds);
    }
  }
  if (slopes.empty()) return std::nullopt;
  std::sort(slopes.begin(), slopes.end());
  const auto n = static_cast<double>(count);
  const double spread = kNormal95 * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const auto pairs = static_cast<double>(slopes.size());
  const auto rank = [&](double place) {
    return slopes[static_cast<std::size_t>(std::clamp(place, 0.0, pairs - 1))];
  };
  Growth growth;
  growth.samples = count;
  growth.per_s = Rate{median(slopes)};
  growth.low_per_s = Rate{rank(std::floor((pairs - spread) / 2) - 1)};
  growth.high_per_s = Rate{rank(std::ceil((pairs + spread) / 2))};
  return growth;
}

}  // namespace debug_process::sections::memory
