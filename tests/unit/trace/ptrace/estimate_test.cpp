// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/estimate.h"

#include <gtest/gtest.h>

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr Price kPrice{10us, 4us};

// 1,000 calls in one second of five; nothing known beyond that.
Exposure watched_for_a_fifth() {
  Exposure thread;
  thread.calls = thread.stops = 1000;
  thread.watched = 1s;
  thread.window = 5s;
  return thread;
}

TEST(Estimate, TakesACallSeenAllTheTimeForWhatItIs) {
  Exposure thread = watched_for_a_fifth();
  thread.watched = thread.window;
  EXPECT_DOUBLE_EQ(estimate(thread, kPrice, 10ms).calls, 1000);
}

TEST(Estimate, GoesByTheTimeWatchedWhereNothingElseIsKnown) {
  const Exposure thread = watched_for_a_fifth();
  // 10 ms of the second were the stops'.
  EXPECT_NEAR(estimate(thread, kPrice, 10ms).calls, 1000 + 4000 / 0.99, 0.1);
  EXPECT_FALSE(estimate(thread, kPrice, 10ms).lower_bound);
}

TEST(Estimate, TakesNothingOffWhereIdleTimeMadeUpForTheStops) {
  Exposure thread = watched_for_a_fifth();
  thread.busy = 0.1;
  const Estimate made = estimate(thread, kPrice, 10ms);
  EXPECT_DOUBLE_EQ(made.calls, 5000);
  EXPECT_FALSE(made.assumes_idle_time);
  EXPECT_TRUE(estimate(thread, kPrice, 150ms).assumes_idle_time);
}

TEST(Estimate, IsALowerBoundWhereTheThreadWasMuchTooSlow) {
  const Estimate made = estimate(watched_for_a_fifth(), kPrice, 400ms);
  EXPECT_TRUE(made.lower_bound);
  EXPECT_DOUBLE_EQ(made.calls, 5000);
}

TEST(Estimate, IsALowerBoundWhereTheCostIsUnknown) {
  EXPECT_TRUE(estimate(watched_for_a_fifth(), std::nullopt, 0ms).lower_bound);
}

TEST(Estimate, GoesByCpuTimeWithoutWhatTheStopsTookOfIt) {
  Exposure thread = watched_for_a_fifth();
  thread.cpu_watched = 20ms;  // a fifth of it the stops'
  thread.cpu = 100ms;
  const Estimate made = estimate(thread, kPrice, 900ms);
  EXPECT_DOUBLE_EQ(made.calls, 1000 + 1000 * 80.0 / 16);
  EXPECT_FALSE(made.lower_bound) << "however slow it was";
}

// With a price known to some tenths only.
TEST(Estimate, IsALowerBoundWhereTheStopsTookMuchOfTheCpuTime) {
  Exposure thread = watched_for_a_fifth();
  thread.cpu_watched = 8ms;  // half of it the stops'
  thread.cpu = 88ms;
  const Estimate made = estimate(thread, kPrice, 900ms);
  EXPECT_DOUBLE_EQ(made.calls, 1000 + 1000 * 80.0 / 4);
  EXPECT_TRUE(made.lower_bound);
}

TEST(Estimate, IsALowerBoundWhereTheCpuTimeWasAlmostAllTheStops) {
  Exposure thread = watched_for_a_fifth();
  thread.cpu_watched = 4100us;
  thread.cpu = 84100us;
  const Estimate made = estimate(thread, kPrice, 900ms);
  EXPECT_TRUE(made.lower_bound);
  EXPECT_NEAR(made.calls, 1000 + 1000 * 80.0 / 2.05, 1);
}

TEST(Estimate, IsALowerBoundWhereManyStopsWereNoneOfACalls) {
  Exposure thread = watched_for_a_fifth();
  thread.cpu_watched = 80ms;
  thread.cpu = 160ms;
  thread.events = 100;
  EXPECT_FALSE(estimate(thread, kPrice, 900ms).lower_bound);
  thread.events = 101;
  EXPECT_TRUE(estimate(thread, kPrice, 900ms).lower_bound);
}

TEST(Estimate, DoesNotGoByMomentsOfCpuTime) {
  Exposure thread = watched_for_a_fifth();
  thread.cpu_watched = 100us;
  thread.cpu = 10ms;
  thread.busy = 0.0;
  EXPECT_DOUBLE_EQ(estimate(thread, Price{10us, 10ns}, 10ms).calls, 5000);
}

TEST(Estimate, GoesByReadsAndWritesBeforeAllElse) {
  Exposure thread = watched_for_a_fifth();
  thread.reads_writes = 500;
  thread.all_reads_writes = 10000;
  thread.cpu_watched = 8ms;
  thread.cpu = 88ms;
  const Estimate made = estimate(thread, kPrice, 900ms);
  EXPECT_DOUBLE_EQ(made.calls, 20000);
  EXPECT_FALSE(made.lower_bound);
}

TEST(Estimate, DoesNotGoByAFewReadsAndWritesAmongManyCalls) {
  Exposure thread = watched_for_a_fifth();
  thread.all_reads_writes = 1000000;
  thread.busy = 0.1;
  thread.reads_writes = 29;
  EXPECT_DOUBLE_EQ(estimate(thread, kPrice, 10ms).calls, 5000);
  thread.reads_writes = 99;
  EXPECT_DOUBLE_EQ(estimate(thread, kPrice, 10ms).calls, 5000) << "less than a tenth";
}

TEST(Estimate, IsNeverLessThanWhatWasSeen) {
  Exposure thread = watched_for_a_fifth();
  thread.reads_writes = 500;
  thread.all_reads_writes = 400;
  EXPECT_DOUBLE_EQ(estimate(thread, kPrice, 10ms).calls, 1000);
}

TEST(Exposure, AddsUp) {
  Exposure both = watched_for_a_fifth();
  both += watched_for_a_fifth();
  EXPECT_EQ(both.calls, 2000U);
  EXPECT_EQ(both.window, nanoseconds(10s));
}

}  // namespace
}  // namespace debug_process::trace::ptrace
