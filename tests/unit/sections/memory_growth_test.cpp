// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/growth.h"

#include <gtest/gtest.h>

namespace debug_process::sections::memory {
namespace {

using namespace std::chrono_literals;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr std::uint64_t kMiB = 1 << 20;

GrowthTrack track_of(const std::vector<std::uint64_t>& every_100_ms) {
  GrowthTrack track;
  TimePoint at{1h};
  for (const std::uint64_t rss : every_100_ms) {
    track.add(at, {rss});
    at += 100ms;
  }
  return track;
}

TEST(Growth, IsTheSlopeOfASteadyOne) {
  std::vector<std::uint64_t> rss;
  for (std::uint64_t i = 0; i < 11; ++i) rss.push_back((100 + i) * kMiB);
  const auto growth = track_of(rss).estimate();
  ASSERT_TRUE(growth);
  EXPECT_EQ(growth->samples, 11U);
  EXPECT_NEAR(growth->per_s.value, 10.0 * kMiB, 1);
  EXPECT_NEAR(growth->low_per_s.value, 10.0 * kMiB, 1);
  EXPECT_NEAR(growth->high_per_s.value, 10.0 * kMiB, 1);
}

TEST(Growth, IsNegativeWhereMemoryIsGivenBack) {
  const auto growth = track_of({9 * kMiB, 8 * kMiB, 7 * kMiB, 6 * kMiB, 5 * kMiB}).estimate();
  EXPECT_NEAR(growth->per_s.value, -10.0 * kMiB, 1);
  EXPECT_LT(growth->high_per_s.value, 0);
}

TEST(Growth, IsNotTiltedByOneSample) {
  // Two end points would make 900 MiB/s of it.
  std::vector<std::uint64_t> rss(10, 100 * kMiB);
  rss.push_back(1000 * kMiB);
  const auto growth = track_of(rss).estimate();
  EXPECT_EQ(growth->per_s.value, 0);
}

TEST(Growth, IsNotSureOfASawtooth) {
  std::vector<std::uint64_t> rss;
  for (std::uint64_t i = 0; i < 12; ++i) rss.push_back((100 + 20 * (i % 4)) * kMiB);
  const auto growth = track_of(rss).estimate();
  EXPECT_LE(growth->low_per_s.value, 0);
  EXPECT_GE(growth->high_per_s.value, 0);
}

TEST(Growth, NeedsFiveSamples) {
  EXPECT_FALSE(track_of({1, 2, 3, 4}).estimate());
  EXPECT_TRUE(track_of({1, 2, 3, 4, 5}).estimate());
}

TEST(Growth, KeepsABoundedNumberOverALongWindow) {
  GrowthTrack track;
  TimePoint at{1h};
  for (std::uint64_t i = 0; i < 10000; ++i) {
    track.add(at, {(100 + i) * kMiB});
    at += 1s;
  }
  const auto growth = track.estimate();
  EXPECT_GE(growth->samples, 50U);
  EXPECT_LE(growth->samples, 120U);
  EXPECT_NEAR(growth->per_s.value, 1.0 * kMiB, 1);
}

}  // namespace
}  // namespace debug_process::sections::memory
