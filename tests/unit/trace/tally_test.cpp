// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/tally.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

namespace debug_process::trace::bpf {
namespace {

using namespace std::chrono_literals;

constexpr auto kWhole = 120ns;   // what a call costs, watched
constexpr auto kCounted = 30ns;  // and only counted

TEST(Tally, MultipliesNothingWithoutAPause) {
  Tally tally;
  tally.add_whole(1000, 1s);
  EXPECT_DOUBLE_EQ(tally.estimate(1s, {kWhole}, {kCounted}).factors.all, 1);
}

// A loop of 100 ns a call: 220 when watched, 130 when only counted.
Tally loop_slowed_by(double part_of_the_cost) {
  Tally tally;
  tally.pause();
  tally.add_whole(static_cast<std::uint64_t>(22e6 / (100 + 120 * part_of_the_cost)), 22ms);
  tally.add_counted(static_cast<std::uint64_t>(13e6 / (100 + 30 * part_of_the_cost)), 13ms,
                    std::nullopt);
  return tally;
}

TEST(Tally, TellsThePaceOfALoopThatEachCallSlows) {
  const Tally tally = loop_slowed_by(1);
  const double all = 100000 + 100000 + (1000e6 - 35e6) / 100;
  EXPECT_NEAR(tally.estimate(1s, {kWhole}, {kCounted}).factors.all, all / 100000, 0.1);
}

TEST(Tally, NeedsOnlyTheRatioOfTheTwoCosts) {
  // On the target the programs cost half more than on ourselves.
  const Tally tally = loop_slowed_by(1.5);
  const double watched = 22e6 / 280;
  const double all = watched + 13e6 / 145 + (1000e6 - 35e6) / 100;
  EXPECT_NEAR(tally.estimate(1s, {kWhole}, {kCounted}).factors.all, all / watched, 0.1);
}

TEST(Tally, TakesThePaceAsItIsWhereTheTargetHasTimeToSpare) {
  Tally tally;
  tally.pause();
  tally.add_whole(20000, 20ms);
  tally.add_counted(3000, 3ms, std::nullopt);
  EXPECT_DOUBLE_EQ(tally.estimate(1s, {kWhole}, {kCounted}).factors.all, 1e6 / 20000);
}

TEST(Tally, GoesByTheWatchedPaceWhereNothingWasCounted) {
  Tally tally;
  tally.add_whole(10000, 10ms);
  tally.pause();
  EXPECT_DOUBLE_EQ(tally.estimate(100ms, {kWhole}, {kCounted}).factors.all, 10);
}

TEST(Tally, DoesNotRunAwayWithNoise) {
  Tally tally;
  tally.pause();
  tally.add_whole(1, 20ms);
  tally.add_counted(30000, 3ms, std::nullopt);
  const double all = 1 + 30000 + (1000e6 - 23e6) / (100 * 0.3);
  EXPECT_NEAR(tally.estimate(1s, {kWhole}, {119ns}).factors.all, all, all * 0.001);
}

TEST(Tally, TakesWhatOthersDidToThePaceForNoCostOfWatching) {
  // Someone else had the CPU while the calls were watched, and nobody while they were counted: no
  // cost of 120 ns makes 400 ns of 100.
  Tally tally;
  tally.pause();
  tally.add_whole(50000, 20ms);
  tally.add_counted(200000, 20ms, std::nullopt);
  const double all = 50000 + 200000 + (1000e6 - 40e6) / (100 - 2 * 30);
  EXPECT_NEAR(tally.estimate(1s, {kWhole}, {kCounted}).factors.all * 50000, all, all * 0.001);
}

TEST(Tally, ComparesWithTheLatestStretchBeforeTheFirstPause) {
  // Calm for two seconds, then a rush: the calm says nothing of how much the rush is slowed.
  Tally tally;
  tally.add_whole(100, 2s);
  tally.add_whole(100000, 22ms);
  tally.pause();
  tally.add_counted(100000, 13ms, std::nullopt);
  const double seen = 100100;
  EXPECT_NEAR(tally.estimate(3s, {kWhole}, {kCounted}).factors.all * seen,
              seen + 100000 + 965e6 / 100, 1e4);
}

TEST(Tally, LeavesOutOfThePaceWhatUsedUpTheBudget) {
  Tally tally;
  tally.add_whole(1000, 20ms);
  tally.pause();
  tally.add_counted(5000, 5ms, std::nullopt);
  tally.add_whole(18000, 18ms);
  tally.add_whole(4000, 2ms);  // a burst, which ends the slice
  tally.pause();
  // At 1 us a call either way: the target has time to spare.
  const double seen = 1000 + 22000;
  EXPECT_DOUBLE_EQ(tally.estimate(1s, {kWhole}, {kCounted}).factors.all * seen,
                   seen + 5000 + 955e6 / 1000);
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
    tally.add_counted(5 * now, 5ms, std::nullopt);
    tally.add_whole(8 * now, 8ms);
    tally.add_whole(2 * now, 2ms);
    tally.pause();
  }
  return tally;
}

TEST(TallyError, IsNoneForEvenSlicesAndKnownCosts) {
  const auto error = slices_of({1000}, 20).estimate(5s, kWholeKnown, kCountedKnown).error;
  ASSERT_TRUE(error);
  EXPECT_NEAR(*error, 0, 1e-6);
}

TEST(TallyError, WidensWithHowMuchTheSlicesDiffer) {
  const auto some = slices_of({900, 1100}, 20).estimate(5s, kWholeKnown, kCountedKnown).error;
  const auto much = slices_of({100, 1900}, 20).estimate(5s, kWholeKnown, kCountedKnown).error;
  ASSERT_TRUE(some && much);
  EXPECT_GT(*much, *some * 5);
  // The mean of 20 that are 90% off each: 90% / sqrt(20) at the least.
  EXPECT_GT(*much, 0.19);
  EXPECT_LT(*much, 0.35);
}

TEST(TallyError, ShrinksWithTheRootOfTheirNumber) {
  const auto few = slices_of({500, 1500}, 10).estimate(100s, kWholeKnown, kCountedKnown).error;
  const auto many = slices_of({500, 1500}, 160).estimate(100s, kWholeKnown, kCountedKnown).error;
  ASSERT_TRUE(few && many);
  EXPECT_NEAR(*few / *many, 4, 0.5);
}

TEST(TallyError, IsTheSameWhenNeighboursAreTakenTogether) {
  const Tally merged = slices_of({500, 500, 1500, 1500}, 300);
  EXPECT_LT(merged.slices(), 256U);
  const auto few =
      slices_of({500, 500, 1500, 1500}, 252).estimate(100s, kWholeKnown, kCountedKnown).error;
  const auto error = merged.estimate(100s, kWholeKnown, kCountedKnown).error;
  ASSERT_TRUE(few && error);
  EXPECT_GT(*error, *few * 0.5);
  EXPECT_LT(*error, *few * 2);
}

// Slices with so many calls in 5 ms of counting, and in 10 ms with the whole work.
Tally even_slices(std::uint64_t counted, std::uint64_t whole) {
  Tally tally;
  tally.add_whole(whole, 10ms);
  tally.pause();
  for (int i = 0; i < 20; ++i) {
    tally.add_counted(counted, 5ms, std::nullopt);
    tally.add_whole(whole, 10ms);
    tally.add_whole(whole / 5, 2ms);
    tally.pause();
  }
  return tally;
}

TEST(TallyError, HasThePartThatTheCostsLeaveOpen) {
  // A loop that each call slows: how much, is told by the costs.
  const Tally tally = even_slices(38461, 45454);
  const auto known = tally.estimate(5s, kWholeKnown, kCountedKnown).error;
  const auto open = tally.estimate(5s, kWholeKnown, {kCounted, 10ns}).error;
  ASSERT_TRUE(known && open);
  EXPECT_NEAR(*known, 0, 1e-3);
  // 100 ns a call without us, and 10 of them are in doubt, times 4/3 for the slope.
  EXPECT_NEAR(*open, 0.13, 0.04);
}

TEST(TallyError, IsUnknownFromTooFewSlicesOrWithoutACall) {
  EXPECT_FALSE(slices_of({900, 1100}, Tally::kFewestSlices - 1)
                   .estimate(5s, kWholeKnown, kCountedKnown)
                   .error);
  EXPECT_TRUE(
      slices_of({900, 1100}, Tally::kFewestSlices).estimate(5s, kWholeKnown, kCountedKnown).error);
  EXPECT_FALSE(slices_of({0}, 20).estimate(5s, kWholeKnown, kCountedKnown).error);
}

TEST(TallyError, IsAlmostAllWhereOneSliceHadAllCalls) {
  std::vector<std::uint64_t> calls(20, 0);
  calls[7] = 1000;
  const auto error = slices_of(calls, 20).estimate(5s, kWholeKnown, kCountedKnown).error;
  ASSERT_TRUE(error);
  EXPECT_GT(*error, 0.5);
}

ReadsWrites::Growth account_of(std::uint64_t reads_writes) {
  return {reads_writes, 10us};
}

struct Accounted {
  int calls_counted = 25000;  // in each slice
  int reads = 4;              // one in so many calls
  int last_known = 20;        // slices of which the account could be read
};

// A loop of 100 ns a call which pays more for being watched, and much more for being counted, than
// the costs say: by its pace alone it is much too fast.
Tally slices_with_account(const Accounted& of) {
  Tally tally;
  tally.add_whole(33333, 10ms);
  tally.pause();
  for (int i = 0; i < 20; ++i) {
    const auto known = [&](int calls) {
      return i < of.last_known
                 ? std::optional(account_of(static_cast<std::uint64_t>(calls / of.reads)))
                 : std::nullopt;
    };
    const int uneven = i % 2 == 0 ? 0 : 400;
    tally.add_between(known(2400000), 240ms);
    tally.add_counted(static_cast<std::uint64_t>(of.calls_counted), 5ms, known(of.calls_counted));
    tally.add_whole(static_cast<std::uint64_t>(40000 + uneven), 12ms);
    tally.add_whole(6667, 2ms);
    tally.pause();
  }
  return tally;
}

constexpr auto kWithAccount = 10ms + 20 * (240ms + 5ms + 14ms);
constexpr double kSeenWithAccount = 33333 + 20 * 46867;
constexpr double kAllWithAccount = kSeenWithAccount + 20 * 25000 + 20 * 2400000;
constexpr Uncertain kCountedUnsure{kCounted, 10ns};

// Of what is true.
double counted_with(const Tally& tally) {
  return tally.estimate(kWithAccount, kWholeKnown, kCountedUnsure).factors.all * kSeenWithAccount /
         kAllWithAccount;
}

double error_with(const Tally& tally) {
  return tally.estimate(kWithAccount, kWholeKnown, kCountedUnsure).error.value_or(-1);
}

TEST(TallyAccount, TellsThePaceByReadsAndWritesWhereverItIsKnown) {
  EXPECT_NEAR(counted_with(slices_with_account({})), 1, 0.001);
  EXPECT_GT(std::abs(counted_with(slices_with_account({.last_known = 0})) - 1), 0.2);
}

TEST(TallyAccount, IsOffByTheTimeThatReadingItTakes) {
  EXPECT_NEAR(error_with(slices_with_account({})), 10. / 5000, 0.0005);
}

TEST(TallyAccount, TellsOfTheRestWhatItToldBeforeItCouldNoLongerBeRead) {
  // As where the target has ended: one of 20 gaps is not known.
  const Tally tally = slices_with_account({.last_known = 19});
  EXPECT_NEAR(counted_with(tally), 1, 0.001);
  EXPECT_NEAR(error_with(tally), 1. / 19, 0.005);
}

TEST(TallyAccount, OfTooFewReadsAndWritesTellsNothing) {
  EXPECT_DOUBLE_EQ(counted_with(slices_with_account({.reads = 6000})),
                   counted_with(slices_with_account({.last_known = 0})));
}

// Where so many times as many reads were seen as were to be expected.
Tally::Estimate estimate_where_seen(double times) {
  Tally tally = slices_with_account({});
  tally.add_whole_account(account_of(static_cast<std::uint64_t>(kSeenWithAccount / 4 * times)));
  return tally.estimate(kWithAccount, kWholeKnown, kCountedUnsure);
}

TEST(TallyAccount, MendsTheMixWhereSlicesSurelyHadAnother) {
  const auto estimate = estimate_where_seen(1.1);
  EXPECT_NEAR(*estimate.error, 0.002, 0.001);
  const double all = estimate.factors.all;
  ASSERT_TRUE(estimate.factors.reads_writes);
  EXPECT_NEAR(*estimate.factors.reads_writes / all, 1 / 1.1, 0.005);
}

TEST(TallyAccount, SaysHowFarTheMixIsOffWhereOnlySomeCallsAreKept) {
  Tally tally = slices_with_account({});
  tally.add_whole_account(account_of(static_cast<std::uint64_t>(kSeenWithAccount / 4 * 1.1)));
  const auto estimate = tally.estimate(kWithAccount, kWholeKnown, kCountedUnsure, true);
  EXPECT_FALSE(estimate.factors.reads_writes);
  EXPECT_NEAR(*estimate.error, 0.1, 0.005);
}

TEST(TallyAccount, SaysHowFarTheMixIsOffWhereHardlyAnythingIsLeftForTheOthers) {
  Tally tally = slices_with_account({.reads = 1});
  tally.add_whole_account(account_of(static_cast<std::uint64_t>(kSeenWithAccount * 0.9)));
  const auto estimate = tally.estimate(kWithAccount, kWholeKnown, kCountedUnsure);
  EXPECT_FALSE(estimate.factors.reads_writes);
  EXPECT_NEAR(*estimate.error, 0.1, 0.005);
}

TEST(TallyAccount, RestsOnNoCosts) {
  EXPECT_FALSE(estimate_where_seen(1).rests_on_costs);
  EXPECT_TRUE(slices_with_account({.last_known = 0})
                  .estimate(kWithAccount, kWholeKnown, kCountedUnsure)
                  .rests_on_costs);
}

TEST(TallyAccount, SaysHowFarTheMixIsOffWhereThatIsNotSure) {
  const auto estimate = estimate_where_seen(1.005);
  EXPECT_NEAR(*estimate.error, std::hypot(0.005, 0.002), 0.001);
  EXPECT_FALSE(estimate.factors.reads_writes);
}

TEST(TallyAccount, TakesForChanceWhatFewReadsMayDiffer) {
  const auto reads_with = [](std::uint64_t reads) {
    Tally tally = slices_with_account({.reads = 1000});
    tally.add_whole_account(account_of(reads));
    const auto factors = tally.estimate(kWithAccount, kWholeKnown, kCountedUnsure).factors;
    return factors.reads_writes.value_or(factors.all) / factors.all;
  };
  const auto expected = static_cast<std::uint64_t>(kSeenWithAccount / 1000);
  EXPECT_DOUBLE_EQ(reads_with(expected + 20), 1);
  EXPECT_NEAR(reads_with(expected + 200), 970. / 1170, 0.01);
}

TEST(TallyAccount, IsLeftAloneWhereReadsSayLessThanThePace) {
  // As many calls in each slice, and now no read among them, now many.
  Tally tally;
  tally.add_whole(10000, 10ms);
  tally.pause();
  for (int i = 0; i < 20; ++i) {
    tally.add_between(account_of(1000), 240ms);
    tally.add_counted(5000, 5ms, account_of(i % 5 == 0 ? 100 : 0));
    tally.add_whole(10000, 10ms);
    tally.add_whole(2000, 2ms);
    tally.pause();
  }
  const auto window = 10ms + 20 * (240ms + 5ms + 12ms);
  const auto factor = tally.estimate(window, kWholeKnown, kCountedKnown);
  const double seen = 10000 + 20 * 12000;
  const double all = 1000 * std::chrono::duration<double, std::milli>(window).count();
  EXPECT_NEAR(factor.factors.all * seen, all, 1);
}

TEST(TallyAccount, SaysWhatTheTargetLoses) {
  const auto lost = slices_with_account({}).surely_lost(kWhole, kCounted);
  ASSERT_TRUE(lost);
  EXPECT_NEAR(*lost, 1 - 100. / 298, 0.01);
}

TEST(TallyAccount, SaysWhatTheTargetLosesWhereItsPaceSaysThatItLosesNothing) {
  // Others had the CPU while calls were only counted.
  const auto lost = slices_with_account({.calls_counted = 10000}).surely_lost(kWhole, kCounted);
  ASSERT_TRUE(lost);
  EXPECT_NEAR(*lost, 1 - 100. / 298, 0.01);
}

TEST(TallyError, IsUnknownWhereCallsWereMadeInRushesAlone) {
  EXPECT_EQ(even_slices(0, 10000).estimate(5s, kWholeKnown, kCountedKnown).error, std::nullopt);
}

// Slices of 12 ms with the whole work, at 100 ns a call without us.
Tally slices_slowed_by(std::chrono::nanoseconds whole, std::chrono::nanoseconds counted,
                       int disturbed_by = 0) {
  Tally tally;
  tally.add_whole(22000, 10ms);
  tally.pause();
  for (int i = 0; i < 20; ++i) {
    const auto others = std::chrono::nanoseconds(i % 2 == 0 ? disturbed_by : 0);
    tally.add_counted(static_cast<std::uint64_t>(5ms / (100ns + counted)), 5ms, std::nullopt);
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
