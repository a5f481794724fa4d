// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/tally.h"

#include <gtest/gtest.h>

namespace debug_process::trace::bpf {
namespace {

using namespace std::chrono_literals;

constexpr auto kWhole = 120ns;   // what a call costs, watched
constexpr auto kCounted = 30ns;  // and only counted

TEST(Tally, MultipliesNothingWithoutAPause) {
  Tally tally;
  tally.add_whole(1000, 1s);
  EXPECT_DOUBLE_EQ(tally.factor(1s, kWhole, kCounted), 1);
}

// A loop of 100 ns a call: 220 when watched, 130 when only counted.
Tally loop_slowed_by(double part_of_the_cost) {
  Tally tally;
  tally.pause();
  tally.add_whole(static_cast<std::uint64_t>(22e6 / (100 + 120 * part_of_the_cost)), 22ms);
  tally.add_counted(static_cast<std::uint64_t>(13e6 / (100 + 30 * part_of_the_cost)), 13ms);
  return tally;
}

TEST(Tally, TellsThePaceOfALoopThatEachCallSlows) {
  const Tally tally = loop_slowed_by(1);
  const double all = 100000 + 100000 + (1000e6 - 35e6) / 100;
  EXPECT_NEAR(tally.factor(1s, kWhole, kCounted), all / 100000, 0.1);
}

TEST(Tally, NeedsOnlyTheRatioOfTheTwoCosts) {
  // On the target the programs cost half more than on ourselves.
  const Tally tally = loop_slowed_by(1.5);
  const double watched = 22e6 / 280;
  const double all = watched + 13e6 / 145 + (1000e6 - 35e6) / 100;
  EXPECT_NEAR(tally.factor(1s, kWhole, kCounted), all / watched, 0.1);
}

TEST(Tally, TakesThePaceAsItIsWhereTheTargetHasTimeToSpare) {
  Tally tally;
  tally.pause();
  tally.add_whole(20000, 20ms);
  tally.add_counted(3000, 3ms);
  EXPECT_DOUBLE_EQ(tally.factor(1s, kWhole, kCounted), 1e6 / 20000);
}

TEST(Tally, GoesByTheWatchedPaceWhereNothingWasCounted) {
  Tally tally;
  tally.add_whole(10000, 10ms);
  tally.pause();
  EXPECT_DOUBLE_EQ(tally.factor(100ms, kWhole, kCounted), 10);
}

TEST(Tally, DoesNotRunAwayWithNoise) {
  Tally tally;
  tally.pause();
  tally.add_whole(1, 20ms);
  tally.add_counted(30000, 3ms);
  const double all = 1 + 30000 + (1000e6 - 23e6) / (100 * 0.3);
  EXPECT_NEAR(tally.factor(1s, kWhole, 119ns), all, all * 0.001);
}

TEST(Tally, TakesWhatOthersDidToThePaceForNoCostOfWatching) {
  // Someone else had the CPU while the calls were watched, and nobody while they were counted: no
  // cost of 120 ns makes 400 ns of 100.
  Tally tally;
  tally.pause();
  tally.add_whole(50000, 20ms);
  tally.add_counted(200000, 20ms);
  const double all = 50000 + 200000 + (1000e6 - 40e6) / (100 - 2 * 30);
  EXPECT_NEAR(tally.factor(1s, kWhole, kCounted) * 50000, all, all * 0.001);
}

TEST(Tally, ComparesWithTheLatestStretchBeforeTheFirstPause) {
  // Calm for two seconds, then a rush: the calm says nothing of how much the rush is slowed.
  Tally tally;
  tally.add_whole(100, 2s);
  tally.add_whole(100000, 22ms);
  tally.pause();
  tally.add_counted(100000, 13ms);
  const double seen = 100100;
  EXPECT_NEAR(tally.factor(3s, kWhole, kCounted) * seen, seen + 100000 + 965e6 / 100, 1e4);
}

TEST(Tally, LeavesOutOfThePaceWhatUsedUpTheBudget) {
  Tally tally;
  tally.add_whole(1000, 20ms);
  tally.pause();
  tally.add_counted(5000, 5ms);
  tally.add_whole(18000, 18ms);
  tally.add_whole(4000, 2ms);  // a burst, which ends the slice
  tally.pause();
  // At 1 us a call either way: the target has time to spare.
  const double seen = 1000 + 22000;
  EXPECT_DOUBLE_EQ(tally.factor(1s, kWhole, kCounted) * seen, seen + 5000 + 955e6 / 1000);
}

constexpr Uncertain kWholeKnown{kWhole, 0ns};
constexpr Uncertain kCountedKnown{kCounted, 0ns};

// Slices of 10 ms with the whole work and 5 ms of counting each; an idle target makes `calls` a
// millisecond, in slices in turn.
Tally slices_of(const std::vector<std::uint64_t>& calls, std::size_t count) {
  Tally tally;
  tally.add_whole(10 * calls.front(), 10ms);
  tally.pause();
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t now = calls[i % calls.size()];
    tally.add_counted(5 * now, 5ms);
    tally.add_whole(8 * now, 8ms);
    tally.add_whole(2 * now, 2ms);
    tally.pause();
  }
  return tally;
}

TEST(TallyError, IsNoneForEvenSlicesAndKnownCosts) {
  const auto error = slices_of({1000}, 20).error(5s, kWholeKnown, kCountedKnown);
  ASSERT_TRUE(error);
  EXPECT_NEAR(*error, 0, 1e-6);
}

TEST(TallyError, WidensWithHowMuchTheSlicesDiffer) {
  const auto some = slices_of({900, 1100}, 20).error(5s, kWholeKnown, kCountedKnown);
  const auto much = slices_of({100, 1900}, 20).error(5s, kWholeKnown, kCountedKnown);
  ASSERT_TRUE(some && much);
  EXPECT_GT(*much, *some * 5);
  // The mean of 20 that are 90% off each: 90% / sqrt(20) at the least.
  EXPECT_GT(*much, 0.19);
  EXPECT_LT(*much, 0.35);
}

TEST(TallyError, ShrinksWithTheRootOfTheirNumber) {
  const auto few = slices_of({500, 1500}, 10).error(100s, kWholeKnown, kCountedKnown);
  const auto many = slices_of({500, 1500}, 160).error(100s, kWholeKnown, kCountedKnown);
  ASSERT_TRUE(few && many);
  EXPECT_NEAR(*few / *many, 4, 0.5);
}

TEST(TallyError, IsTheSameWhenNeighboursAreTakenTogether) {
  const Tally merged = slices_of({500, 500, 1500, 1500}, 300);
  EXPECT_LT(merged.slices(), 256U);
  const auto few = slices_of({500, 500, 1500, 1500}, 252).error(100s, kWholeKnown, kCountedKnown);
  const auto error = merged.error(100s, kWholeKnown, kCountedKnown);
  ASSERT_TRUE(few && error);
  EXPECT_GT(*error, *few * 0.5);
  EXPECT_LT(*error, *few * 2);
}

TEST(TallyError, HasThePartThatTheCostsLeaveOpen) {
  // A loop that each call slows: how much, is told by the costs.
  Tally tally;
  tally.add_whole(22000, 10ms);
  tally.pause();
  for (int i = 0; i < 20; ++i) {
    tally.add_counted(38461, 5ms);
    tally.add_whole(45454, 10ms);
    tally.add_whole(9090, 2ms);
    tally.pause();
  }
  const auto known = tally.error(5s, kWholeKnown, kCountedKnown);
  const auto open = tally.error(5s, kWholeKnown, {kCounted, 10ns});
  ASSERT_TRUE(known && open);
  EXPECT_NEAR(*known, 0, 1e-3);
  // 100 ns a call without us, and 10 of them are in doubt, times 4/3 for the slope.
  EXPECT_NEAR(*open, 0.13, 0.04);
}

TEST(TallyError, IsUnknownFromTooFewSlicesOrWithoutACall) {
  EXPECT_FALSE(
      slices_of({900, 1100}, Tally::kFewestSlices - 1).error(5s, kWholeKnown, kCountedKnown));
  EXPECT_TRUE(slices_of({900, 1100}, Tally::kFewestSlices).error(5s, kWholeKnown, kCountedKnown));
  EXPECT_FALSE(slices_of({0}, 20).error(5s, kWholeKnown, kCountedKnown));
}

TEST(TallyError, IsAlmostAllWhereOneSliceHadAllCalls) {
  std::vector<std::uint64_t> calls(20, 0);
  calls[7] = 1000;
  const auto error = slices_of(calls, 20).error(5s, kWholeKnown, kCountedKnown);
  ASSERT_TRUE(error);
  EXPECT_GT(*error, 0.5);
}

// Slices of 12 ms with the whole work, at 100 ns a call without us.
Tally slices_slowed_by(std::chrono::nanoseconds whole, std::chrono::nanoseconds counted,
                       int disturbed_by = 0) {
  Tally tally;
  tally.add_whole(22000, 10ms);
  tally.pause();
  for (int i = 0; i < 20; ++i) {
    const auto others = std::chrono::nanoseconds(i % 2 == 0 ? disturbed_by : 0);
    tally.add_counted(static_cast<std::uint64_t>(5ms / (100ns + counted)), 5ms);
    tally.add_whole(static_cast<std::uint64_t>(10ms / (100ns + whole + others)), 10ms);
    tally.add_whole(static_cast<std::uint64_t>(2ms / (100ns + whole + others)), 2ms);
    tally.pause();
  }
  return tally;
}

TEST(TallyLost, IsWhatTheCostsSayWhereTheyAreRight) {
  const auto lost = slices_slowed_by(kWhole, kCounted).surely_lost(kWhole, kCounted);
  ASSERT_TRUE(lost);
  EXPECT_NEAR(*lost, 120. / 220, 0.001);
}

TEST(TallyLost, IsMoreWhereThePaceSaysThatTheTargetPaysMoreThanWeDo) {
  const auto lost = slices_slowed_by(180ns, 45ns).surely_lost(kWhole, kCounted);
  ASSERT_TRUE(lost);
  EXPECT_NEAR(*lost, 180. / 280, 0.001);
}

TEST(TallyLost, LeavesOutWhatSlicesDifferIn) {
  const auto lost = slices_slowed_by(kWhole, kCounted, 100).surely_lost(kWhole, kCounted);
  const auto steady = slices_slowed_by(170ns, kCounted).surely_lost(kWhole, kCounted);
  ASSERT_TRUE(lost && steady);
  EXPECT_LT(*lost, *steady - 0.01);
  EXPECT_GT(*lost, 120. / 220);
}

TEST(TallyLost, IsNothingWithTimeToSpareAndUnknownFromTooFewSlices) {
  EXPECT_EQ(slices_of({1000}, 20).surely_lost(kWhole, kCounted), 0);
  EXPECT_EQ(slices_of({1000}, Tally::kFewestSlices - 1).surely_lost(kWhole, kCounted),
            std::nullopt);
  EXPECT_EQ(slices_of({0}, 20).surely_lost(kWhole, kCounted), std::nullopt);
}

}  // namespace
}  // namespace debug_process::trace::bpf
