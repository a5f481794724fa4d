// An exponential histogram as OpenTelemetry defines it: bucket i holds values in
// (base^(offset+i), base^(offset+i+1)] seconds, base = 2^(2^-scale). Files from many hosts merge
// exactly. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace debug_process {

struct Histogram {
  int scale = 3;
  std::uint64_t zero_count = 0;
  int offset = 0;
  std::vector<std::uint64_t> counts;
  std::uint64_t count = 0;  // of all values, zero_count included
  std::chrono::nanoseconds sum{0};
  std::chrono::nanoseconds min{0};
  std::chrono::nanoseconds max{0};

  // The value below which `q` (0..1) of all values lie: the middle (on a log axis) of the bucket
  // that holds that rank, clamped to [min, max]. At scale 3 that is at most 4.4% off. Only values
  // in a bucket have a rank: nullopt without any.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> quantile(double q) const;

  // How many of `count` are in a bucket (or are zero): all, unless buckets were lost on the way.
  [[nodiscard]] std::uint64_t bucketed() const;

  // Adds one value; a negative one counts as zero.
  void add(std::chrono::nanoseconds value);

  // Adds the other's values. Both must have the same scale.
  void merge(const Histogram& other);

  // What was added since `earlier`, a former state of this one. Its min and max are bounds: those
  // of its outermost buckets.
  [[nodiscard]] Histogram since(const Histogram& earlier) const;

  friend bool operator==(const Histogram&, const Histogram&) = default;
};

}  // namespace debug_process
