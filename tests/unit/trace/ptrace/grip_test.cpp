// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/grip.h"

#include <gtest/gtest.h>

namespace debug_process::trace::ptrace {
namespace {

using namespace std::chrono_literals;

void count_events(Grip& grip, int events) {
  for (int i = 0; i < events; ++i) grip.count_event();
}

TEST(Grip, IsKeptWhileNothingHappens) {
  Grip grip;
  grip.pause_begins(10ms, 10s);
  EXPECT_FALSE(grip.costs_more_than_letting_go(1));
}

TEST(Grip, IsGivenUpAtOnceWhereTheBurstForetellsManyStops) {
  Grip grip;
  count_events(grip, 10);
  grip.pause_begins(10ms, 200ms);
  EXPECT_TRUE(grip.costs_more_than_letting_go(100)) << "200 stops against 100";
  EXPECT_FALSE(grip.costs_more_than_letting_go(5000)) << "200 stops against 5,000";
}

TEST(Grip, IsGivenUpWithinThePauseWhenThatHasCostMore) {
  Grip grip;
  grip.pause_begins(10ms, 200ms);
  count_events(grip, 20);
  EXPECT_FALSE(grip.costs_more_than_letting_go(20));
  count_events(grip, 20);
  EXPECT_TRUE(grip.costs_more_than_letting_go(20));
}

TEST(Grip, IsWorthMoreThanAHandfulOfStopsEvenOfOneThread) {
  Grip grip;
  grip.pause_begins(10ms, 200ms);
  count_events(grip, 4);
  EXPECT_FALSE(grip.costs_more_than_letting_go(1));
}

TEST(Grip, IsJudgedAnewInEachBurst) {
  Grip grip;
  count_events(grip, 1000);
  grip.pause_begins(1ms, 1s);
  grip.burst_begins();
  grip.pause_begins(1ms, 1s);
  EXPECT_FALSE(grip.costs_more_than_letting_go(1));
}

TEST(Grip, StandsABurstOfNoLength) {
  Grip grip;
  count_events(grip, 1);
  grip.pause_begins(0s, std::chrono::hours(1000));
  EXPECT_TRUE(grip.costs_more_than_letting_go(1));
}

}  // namespace
}  // namespace debug_process::trace::ptrace
