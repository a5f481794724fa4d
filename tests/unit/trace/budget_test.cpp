// SPDX-License-Identifier: Apache-2.0
#include "trace/budget.h"

#include <gtest/gtest.h>

namespace debug_process::trace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

TEST(Budget, IsNeverExceededWithoutACap) {
  const Budget budget(std::nullopt);
  EXPECT_FALSE(budget.is_exceeded(1ms, 1h));
}

TEST(Budget, AllowsAnOverdraftOfAFifthOfTheTimeSoFar) {
  const Budget budget(0.05);
  EXPECT_FALSE(budget.is_exceeded(500ms, 31ms)) << "620 ms";
  EXPECT_TRUE(budget.is_exceeded(500ms, 31ms + 1us));
}

TEST(Budget, AllowsLittleAtFirstSoThatAShortWindowPaysNoMore) {
  const Budget budget(0.05);
  EXPECT_FALSE(budget.is_exceeded(0s, 1ms));
  EXPECT_TRUE(budget.is_exceeded(0s, 1ms + 1us));
  EXPECT_TRUE(budget.is_exceeded(50ms, 4ms + 1us)) << "8% of 50 ms";
}

TEST(Budget, AllowsAnOverdraftOfAFifthOfASecondAtMost) {
  const Budget budget(0.05);
  EXPECT_FALSE(budget.is_exceeded(10s, 510ms));
  EXPECT_TRUE(budget.is_exceeded(10s, 510ms + 1us));
  EXPECT_FALSE(budget.is_exceeded(1s, 60ms));
  EXPECT_TRUE(budget.is_exceeded(1s, 60ms + 1us));
}

TEST(Budget, PausesUntilTheAccountIsEven) {
  const Budget budget(0.05);
  EXPECT_EQ(budget.pause(10ms, 5ms), 90ms);
  EXPECT_EQ(budget.pause(100ms, 5ms), 0ms);
  EXPECT_EQ(budget.pause(1s, 5ms), 0ms) << "never a negative time";
}

TEST(Budget, HoldsOverAWholeWindowOfSlicesAndPauses) {
  constexpr double kCap = 0.02;
  const Budget budget(kCap);
  nanoseconds elapsed{0};
  nanoseconds spent{0};
  while (elapsed < 5s) {
    elapsed += 1ms;
    spent += 600us;  // more than half of the time, while watching
    if (budget.is_exceeded(elapsed, spent)) elapsed += budget.pause(elapsed, spent);
  }
  EXPECT_LE(spent, (elapsed + 200ms) * kCap + 600us);
  EXPECT_GE(spent, elapsed * kCap / 2) << "what is allowed is used";
}

}  // namespace
}  // namespace debug_process::trace
