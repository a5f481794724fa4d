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

}  // namespace
}  // namespace debug_process::trace::bpf
