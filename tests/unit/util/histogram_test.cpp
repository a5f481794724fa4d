// SPDX-License-Identifier: Apache-2.0
#include "util/histogram.h"

#include <gtest/gtest.h>

#include <cmath>

namespace debug_process {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

// Bucket -1 at scale 0 holds (0.5 s, 1 s]; its middle on a log axis is 1/sqrt(2) s.
Histogram half_to_one_second(std::uint64_t count) {
  Histogram histogram;
  histogram.scale = 0;
  histogram.offset = -1;
  histogram.counts = {count};
  histogram.count = count;
  histogram.sum = 750ms * static_cast<std::int64_t>(count);
  histogram.min = 500ms + 1ns;
  histogram.max = 1s;
  return histogram;
}

TEST(Histogram, HasNoQuantileWhenEmpty) {
  EXPECT_EQ(Histogram{}.quantile(0.5), std::nullopt);
}

TEST(Histogram, QuantileIsTheMiddleOfItsBucket) {
  const auto median = half_to_one_second(10).quantile(0.5);
  ASSERT_TRUE(median);
  EXPECT_NEAR(static_cast<double>(median->count()), 707'106'781.0, 2.0);
}

TEST(Histogram, QuantileStaysWithinMinAndMax) {
  Histogram one = half_to_one_second(1);
  one.min = one.max = 900ms;
  EXPECT_EQ(one.quantile(0), 900ms);
  EXPECT_EQ(one.quantile(0.5), 900ms);
  EXPECT_EQ(one.quantile(1), 900ms);
}

TEST(Histogram, QuantileTakesTheBucketThatHoldsTheRank) {
  Histogram histogram;
  histogram.scale = 0;
  histogram.offset = -2;  // (0.25, 0.5], (0.5, 1], (1, 2]
  histogram.counts = {90, 0, 10};
  histogram.count = 100;
  histogram.min = 250ms + 1ns;
  histogram.max = 2s;
  EXPECT_LT(*histogram.quantile(0.90), 500ms);
  EXPECT_GT(*histogram.quantile(0.91), 1s);
  EXPECT_GT(*histogram.quantile(7.0), 1s);  // clamped to 1
}

TEST(Histogram, ZeroesComeFirst) {
  Histogram histogram = half_to_one_second(1);
  histogram.zero_count = 9;
  histogram.count = 10;
  histogram.min = 0ns;
  EXPECT_EQ(histogram.quantile(0.9), 0ns);
  EXPECT_GT(*histogram.quantile(0.91), 0ns);
}

TEST(Histogram, RanksOnlyWhatIsInABucket) {
  Histogram lost;
  lost.count = 10;
  lost.max = std::chrono::nanoseconds(100);
  EXPECT_EQ(lost.bucketed(), 0U);
  EXPECT_EQ(lost.quantile(0.5), std::nullopt);
  lost.zero_count = 4;
  EXPECT_EQ(lost.bucketed(), 4U);
  EXPECT_EQ(lost.quantile(1.0), std::chrono::nanoseconds(0));
}

TEST(Histogram, MergeIntoEmptyIsACopy) {
  Histogram empty;
  empty.scale = 0;
  const Histogram other = half_to_one_second(3);
  empty.merge(other);
  EXPECT_EQ(empty, other);
}

TEST(Histogram, MergeOfEmptyChangesNothing) {
  Histogram histogram = half_to_one_second(3);
  Histogram empty;
  empty.scale = 0;
  histogram.merge(empty);
  EXPECT_EQ(histogram, half_to_one_second(3));
}

TEST(Histogram, MergeWidensTheRangeBothWays) {
  Histogram low = half_to_one_second(2);
  low.offset = -10;
  low.min = low.max = 1ms;
  Histogram merged = half_to_one_second(3);
  merged.merge(low);
  EXPECT_EQ(merged.offset, -10);
  ASSERT_EQ(merged.counts.size(), 10U);
  EXPECT_EQ(merged.counts.front(), 2U);
  EXPECT_EQ(merged.counts.back(), 3U);
  EXPECT_EQ(merged.count, 5U);
  EXPECT_EQ(merged.min, 1ms);
  EXPECT_EQ(merged.max, 1s);

  Histogram other_way = low;
  other_way.merge(half_to_one_second(3));
  EXPECT_EQ(other_way, merged);
}

TEST(Histogram, MergeKeepsZeroesWithoutBuckets) {
  Histogram zeroes;
  zeroes.scale = 0;
  zeroes.zero_count = zeroes.count = 4;
  Histogram merged = half_to_one_second(1);
  merged.merge(zeroes);
  EXPECT_EQ(merged.count, 5U);
  EXPECT_EQ(merged.zero_count, 4U);
  EXPECT_EQ(merged.min, 0ns);
}

TEST(Histogram, AddPutsAValueIntoItsBucket) {
  Histogram histogram;
  histogram.add(1us);
  histogram.add(1ms);
  histogram.add(1us);
  EXPECT_EQ(histogram.count, 3U);
  EXPECT_EQ(histogram.bucketed(), 3U);
  EXPECT_EQ(histogram.sum, 1ms + 2us);
  EXPECT_EQ(histogram.min, 1us);
  EXPECT_EQ(histogram.max, 1ms);
  EXPECT_EQ(histogram.counts.front(), 2U);
  EXPECT_EQ(histogram.counts.back(), 1U);
  // 1 us is above 2^(offset/8) s, and not above 2^((offset + 1)/8) s.
  EXPECT_LT(std::exp2(histogram.offset / 8.0), 1e-6);
  EXPECT_GE(std::exp2((histogram.offset + 1) / 8.0), 1e-6);
}

TEST(Histogram, AddWidensTheRangeDownwards) {
  Histogram histogram;
  histogram.add(1ms);
  histogram.add(1us);
  EXPECT_EQ(histogram.counts.front(), 1U);
  EXPECT_EQ(histogram.counts.back(), 1U);
  EXPECT_EQ(histogram.bucketed(), 2U);
}

TEST(Histogram, AddTakesANegativeValueForZero) {
  Histogram histogram;
  histogram.add(-1ns);
  EXPECT_EQ(histogram.zero_count, 1U);
  EXPECT_EQ(histogram.sum, 0ns);
}

}  // namespace
}  // namespace debug_process
