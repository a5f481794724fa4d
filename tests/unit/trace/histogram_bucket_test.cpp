// What the BPF programs do without floating point and clz, against exact math.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <linux/types.h>

#include <cmath>
#include <limits>
#include <vector>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
// It is BPF C: to be compiled as it is, not to be held to our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include "histogram.bpf.h"
#pragma GCC diagnostic pop

namespace debug_process {
namespace {

// Between the scaling in the kernel and 2^30 / 10^9.
constexpr long double kTolerance = 1e-6L;
constexpr std::uint64_t kLastBucket = HISTOGRAM_BUCKETS - 1;

// In nanoseconds; as a reader of the report computes it: 2^((offset + i + 1) / 8) seconds.
long double upper_bound(std::uint64_t bucket) {
  const int index = HISTOGRAM_FIRST_OFFSET + static_cast<int>(bucket) - 1;
  return std::exp2(static_cast<long double>(index + 1) / (1 << HISTOGRAM_SCALE)) * 1e9L;
}

std::uint64_t exact_bucket(long double ns) {
  const long double units = ns * static_cast<long double>(1U << 30) / 1e9L;
  const auto above = static_cast<std::uint64_t>(std::ceil(8 * std::log2(units)));
  return std::min<std::uint64_t>(above + 1, kLastBucket);
}

void expect_within_bounds(std::uint64_t ns) {
  const std::uint64_t bucket = histogram_bucket(ns);
  const auto exact = static_cast<long double>(ns);
  ASSERT_GE(bucket, 1U) << ns;
  ASSERT_LE(bucket, kLastBucket) << ns;
  if (bucket < kLastBucket) {
    EXPECT_LE(exact, upper_bound(bucket) * (1 + kTolerance)) << ns;
  }
  EXPECT_GT(exact, upper_bound(bucket - 1) * (1 - kTolerance)) << ns;
}

// Every nanosecond around each boundary, as far as the tolerance reaches there.
std::vector<std::uint64_t> near_boundaries() {
  std::vector<std::uint64_t> values;
  for (std::uint64_t bucket = 1; bucket < kLastBucket; ++bucket) {
    const auto boundary = static_cast<std::uint64_t>(std::llround(upper_bound(bucket)));
    const auto reach = static_cast<std::uint64_t>(static_cast<long double>(boundary) * kTolerance);
    for (const std::uint64_t away : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, reach,
                                     2 * reach, 10 * reach, 20 * reach}) {
      values.push_back(boundary + away);
      if (boundary > away) values.push_back(boundary - away);
    }
  }
  return values;
}

TEST(HistogramBucket, ZeroHasABucketOfItsOwn) {
  EXPECT_EQ(histogram_bucket(0), 0U);
  EXPECT_GE(histogram_bucket(1), 1U);
}

TEST(HistogramBucket, KeepsTheReportsBoundsNearEachBoundary) {
  for (const std::uint64_t ns : near_boundaries()) {
    expect_within_bounds(ns);
    if (HasFailure()) break;  // one is enough to read
  }
}

TEST(HistogramBucket, KeepsTheReportsBoundsForAllShortDurations) {
  for (std::uint64_t ns = 1; ns < 100'000 && !HasFailure(); ++ns) expect_within_bounds(ns);
}

TEST(HistogramBucket, IsTheExactOneAwayFromBoundaries) {
  for (const std::uint64_t ns : near_boundaries()) {
    const auto value = static_cast<long double>(ns);
    const std::uint64_t low = exact_bucket(value * (1 - kTolerance));
    const std::uint64_t high = exact_bucket(value * (1 + kTolerance));
    if (low == high) {
      ASSERT_EQ(histogram_bucket(ns), low) << ns;
    }
  }
}

TEST(HistogramBucket, PutsPowersOfTwoWhereExactMathDoes) {
  for (unsigned shift = 0; shift < 63; ++shift) {
    for (const int away : {-1, 0, 1}) {
      const std::uint64_t ns = (std::uint64_t{1} << shift) + static_cast<std::uint64_t>(away);
      if (ns == 0) continue;
      ASSERT_EQ(histogram_bucket(ns), exact_bucket(static_cast<long double>(ns))) << ns;
    }
  }
}

TEST(HistogramBucket, NeverGoesBack) {
  std::uint64_t last = 0;
  for (std::uint64_t bucket = 1; bucket < kLastBucket; ++bucket) {
    const auto middle = static_cast<std::uint64_t>(upper_bound(bucket) / std::exp2(1.0L / 16));
    EXPECT_GE(histogram_bucket(middle), last);
    last = histogram_bucket(middle);
  }
}

TEST(HistogramBucket, UsesEachBucketOfMoreThanANanosecond) {
  for (std::uint64_t bucket = 1; bucket < kLastBucket; ++bucket) {
    if (upper_bound(bucket) - upper_bound(bucket - 1) < 2) continue;
    const auto middle = static_cast<std::uint64_t>(upper_bound(bucket) / std::exp2(1.0L / 16));
    EXPECT_EQ(histogram_bucket(middle), bucket);
  }
}

TEST(HistogramBucket, PutsAllThatIsLongerIntoTheLast) {
  const auto end = static_cast<std::uint64_t>(upper_bound(kLastBucket));
  for (const std::uint64_t ns :
       {end, end * 2, end * 1000, std::uint64_t{1} << 50, std::uint64_t{1} << 62,
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())})
    EXPECT_EQ(histogram_bucket(ns), kLastBucket) << ns;
  EXPECT_EQ(histogram_bucket(std::numeric_limits<std::uint64_t>::max()), kLastBucket);
}

}  // namespace
}  // namespace debug_process
