// SPDX-License-Identifier: Apache-2.0
#include "util/histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace debug_process {

std::uint64_t Histogram::bucketed() const {
  return std::accumulate(counts.begin(), counts.end(), zero_count);
}

std::optional<std::chrono::nanoseconds> Histogram::quantile(double q) const {
  const std::uint64_t ranked = bucketed();
  if (ranked == 0) return std::nullopt;
  const double wanted = std::clamp(q, 0.0, 1.0) * static_cast<double>(ranked);
  const auto rank =
      std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(wanted)), 1, ranked);
  if (rank <= zero_count) return std::chrono::nanoseconds(0);
  std::uint64_t seen = zero_count;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen < rank) continue;
    const double exponent =
        (static_cast<double>(offset) + static_cast<double>(i) + 0.5) / std::exp2(scale);
    const std::chrono::nanoseconds middle(std::llround(std::exp2(exponent) * 1e9));
    return std::clamp(middle, min, max);
  }
  return max;
}

void Histogram::add(std::chrono::nanoseconds value) {
  value = std::max(value, std::chrono::nanoseconds(0));
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  ++count;
  sum += value;
  if (value.count() == 0) {
    ++zero_count;
    return;
  }
  const double exponent = std::log2(static_cast<double>(value.count()) * 1e-9) * std::exp2(scale);
  const int bucket = static_cast<int>(std::ceil(exponent)) - 1;
  if (counts.empty()) offset = bucket;
  if (bucket < offset) {
    counts.insert(counts.begin(), static_cast<std::size_t>(offset - bucket), 0);
    offset = bucket;
  }
  const auto index = static_cast<std::size_t>(bucket - offset);
  if (index >= counts.size()) counts.resize(index + 1);
  ++counts[index];
}

void Histogram::merge(const Histogram& other) {
  assert(scale == other.scale);
  if (other.count == 0) return;
  if (!other.counts.empty()) {
    const auto end = [](const Histogram& h) {
      return h.offset + static_cast<int>(h.counts.size());
    };
    const int low = counts.empty() ? other.offset : std::min(offset, other.offset);
    const int high = counts.empty() ? end(other) : std::max(end(*this), end(other));
    std::vector<std::uint64_t> merged(static_cast<std::size_t>(high - low));
    for (std::size_t i = 0; i < counts.size(); ++i)
      merged[i + static_cast<std::size_t>(offset - low)] += counts[i];
    for (std::size_t i = 0; i < other.counts.size(); ++i)
      merged[i + static_cast<std::size_t>(other.offset - low)] += other.counts[i];
    offset = low;
    counts = std::move(merged);
  }
  min = count == 0 ? other.min : std::min(min, other.min);
  max = count == 0 ? other.max : std::max(max, other.max);
  count += other.count;
  zero_count += other.zero_count;
  sum += other.sum;
}

Histogram Histogram::since(const Histogram& earlier) const {
  const auto less = [](std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); };
  Histogram added = *this;
  added.zero_count = less(zero_count, earlier.zero_count);
  added.count = less(count, earlier.count);
  added.sum = std::max(sum - earlier.sum, std::chrono::nanoseconds(0));
  for (std::size_t i = 0; i < earlier.counts.size(); ++i) {
    const auto index = static_cast<std::ptrdiff_t>(i) + earlier.offset - offset;
    if (index < 0 || index >= static_cast<std::ptrdiff_t>(counts.size())) continue;
    std::uint64_t& bucket = added.counts[static_cast<std::size_t>(index)];
    bucket = less(bucket, earlier.counts[i]);
  }
  const auto used = [](std::uint64_t bucket) { return bucket != 0; };
  const auto last = std::find_if(added.counts.rbegin(), added.counts.rend(), used).base();
  added.counts.erase(last, added.counts.end());
  const auto first = std::find_if(added.counts.begin(), added.counts.end(), used);
  added.offset += static_cast<int>(first - added.counts.begin());
  added.counts.erase(added.counts.begin(), first);
  const auto bound = [&](int bucket) {
    return std::chrono::nanoseconds(std::llround(std::exp2(bucket / std::exp2(scale)) * 1e9));
  };
  const bool any = !added.counts.empty();
  const int end = added.offset + static_cast<int>(added.counts.size());
  added.min = any && added.zero_count == 0 ? bound(added.offset) : std::chrono::nanoseconds(0);
  added.max = any ? bound(end) : std::chrono::nanoseconds(0);
  if (!any) added.offset = 0;
  return added;
}

}  // namespace debug_process
