// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/price.h"

#include <gtest/gtest.h>

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr Price kPrice{25us, 5us};

TEST(PriceFactor, IsByHowMuchMoreTimeOffTheCpuEachCallTook) {
  EXPECT_DOUBLE_EQ(price_factor(30ms, 1000, kPrice), 1.5);
}

TEST(PriceFactor, IsNeverLessThanWhatWasMeasured) {
  EXPECT_DOUBLE_EQ(price_factor(10ms, 1000, kPrice), 1);
  EXPECT_DOUBLE_EQ(price_factor(-1ms, 1000, kPrice), 1);
}

TEST(PriceFactor, IsBoundedWhereSomethingElseIsWaitedFor) {
  EXPECT_DOUBLE_EQ(price_factor(10s, 1000, kPrice), 3);
}

TEST(PriceFactor, IsOneWhereNothingIsKnown) {
  EXPECT_DOUBLE_EQ(price_factor(30ms, 0, kPrice), 1);
  EXPECT_DOUBLE_EQ(price_factor(30ms, 1000, Price()), 1);
}

TEST(Price, IsMultipliedInTimeAndCpuTime) {
  const Price twice = kPrice * 2;
  EXPECT_EQ(twice.time, 50us);
  EXPECT_EQ(twice.cpu, 10us);
}

}  // namespace
}  // namespace debug_process::trace::ptrace
