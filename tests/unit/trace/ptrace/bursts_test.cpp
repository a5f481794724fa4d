// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/bursts.h"

#include <gtest/gtest.h>

namespace debug_process::trace::ptrace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(Bursts, LastForEverWithoutACap) {
  Bursts bursts(std::nullopt);
  bursts.open(1s);
  bursts.charge(2s, 1s);
  EXPECT_TRUE(bursts.on());
  EXPECT_FALSE(bursts.paused_ever());
  EXPECT_EQ(bursts.watched(3s), nanoseconds(2s));
}

TEST(Bursts, EndWhenTheBudgetIsSpent) {
  Bursts bursts(0.05);
  bursts.open(1s);
  bursts.charge(1s + 100ms, 1ms);
  EXPECT_TRUE(bursts.on());
  bursts.charge(1s + 101ms, 16ms);
  EXPECT_FALSE(bursts.on());
  EXPECT_TRUE(bursts.paused_ever());
  EXPECT_EQ(bursts.watched(2s), nanoseconds(101ms));
}

TEST(Bursts, ResumeNotBeforeTheAccountIsEven) {
  Bursts bursts(0.05);
  bursts.open(1s);
  bursts.charge(1s + 100ms, 100ms);
  ASSERT_TRUE(bursts.resume_at());
  // 100 ms are 5% of 2 s.
  EXPECT_GE(*bursts.resume_at(), nanoseconds(1s + 2s));
  EXPECT_LE(*bursts.resume_at(), nanoseconds(1s + 2500ms));
  EXPECT_FALSE(bursts.resume(1s + 1999ms, 100ms));
  const auto resumed = *bursts.resume_at();
  EXPECT_TRUE(bursts.resume(resumed, 100ms));
  EXPECT_TRUE(bursts.on());
  EXPECT_EQ(bursts.watched(resumed + 1ms), nanoseconds(101ms));
}

TEST(Bursts, AreFurtherApartBecauseOfWhatThePauseHasCost) {
  Bursts bursts(0.05);
  bursts.open(1s);
  bursts.charge(1s + 100ms, 100ms);
  const auto resumed = *bursts.resume_at();
  // 50 ms more: even after 3 s.
  EXPECT_FALSE(bursts.resume(resumed, 150ms));
  EXPECT_GE(*bursts.resume_at(), nanoseconds(1s + 3s));
  EXPECT_TRUE(bursts.resume(*bursts.resume_at(), 150ms));
}

TEST(Bursts, TellHowLongTheLastOneWas) {
  Bursts bursts(0.05);
  bursts.open(1s);
  bursts.charge(1s + 101ms, 16ms);
  EXPECT_EQ(bursts.last_burst(), nanoseconds(101ms));
}

TEST(Bursts, NeverResumeWhereNothingMayBeSpent) {
  Bursts bursts(0.0);
  bursts.open(1s);
  bursts.charge(1s + 1us, 1us);
  EXPECT_FALSE(bursts.on());
  EXPECT_FALSE(bursts.resume(1000s, 1us));
}

TEST(LostToStops, IsTheCostOfTheCalls) {
  EXPECT_EQ(lost_to_stops(100, 0, 10us, 1s), nanoseconds(1ms));
}

TEST(LostToStops, IsAtMostTheTimeItWasWatched) {
  EXPECT_EQ(lost_to_stops(1000000, 0, 10us, 1s), nanoseconds(1s));
  EXPECT_EQ(lost_to_stops(100, 0, 10us, 0s), nanoseconds(0));
}

TEST(LostToStops, GrowsWhereOthersKeepTheTracerBusy) {
  // Half of the time is the others': a call waits as long again.
  EXPECT_EQ(lost_to_stops(100, 50000, 10us, 1s), nanoseconds(2ms));
  // Two threads that do nothing but wait for the tracer have lost all of their time.
  EXPECT_EQ(lost_to_stops(50000, 50000, 10us, 1s), nanoseconds(1s));
}

}  // namespace
}  // namespace debug_process::trace::ptrace
