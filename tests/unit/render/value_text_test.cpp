// SPDX-License-Identifier: Apache-2.0
#include "render/value_text.h"

#include <gtest/gtest.h>

namespace debug_process::render {
namespace {

using report::Value;
using namespace std::chrono_literals;

TEST(ValueText, ReadsEveryKind) {
  EXPECT_EQ(value_text(Value()), "-");
  EXPECT_EQ(value_text(true), "yes");
  EXPECT_EQ(value_text(false), "no");
  EXPECT_EQ(value_text(Ratio{0.5}), "50.0%");
  EXPECT_EQ(value_text(Rate{1500}), "1.5k/s");
  EXPECT_EQ(value_text(std::chrono::nanoseconds(231)), "231 ns");
  EXPECT_EQ(value_text(Bytes{1024}), "1.0 KB");
  EXPECT_EQ(value_text(std::string("a\nb")), "a\\nb");
  EXPECT_EQ(value_text(std::vector<std::string>{"read", "wr\x1bite"}), "read, wr\\x1bite");
}

TEST(ValueText, GroupsCountsButNotIdentifiers) {
  EXPECT_EQ(value_text(std::uint64_t{1'234'567}), "1,234,567");
  EXPECT_EQ(value_text(std::int64_t{1'234'567}), "1234567");
  EXPECT_EQ(value_text(std::int64_t{-100}), "-100");
}

Histogram one_value(int offset) {
  Histogram histogram;
  histogram.scale = 0;
  histogram.offset = offset;
  histogram.counts = {1};
  histogram.count = 1;
  return histogram;
}

TEST(Sparkline, HasACellForEachDecade) {
  EXPECT_EQ(sparkline(one_value(-30)), "█·······");  // 1 ns
  EXPECT_EQ(sparkline(one_value(-10)), "····█···");  // 1.4 ms
  EXPECT_EQ(sparkline(one_value(-1)), "······█·");   // 0.7 s
  EXPECT_EQ(sparkline(one_value(0)), "·······█");
  EXPECT_EQ(sparkline(one_value(12)), "·······█");
}

TEST(Sparkline, ShowsTheRareSlowCall) {
  Histogram histogram = one_value(-20);  // 1.3 us
  histogram.counts.resize(20);
  histogram.counts[0] = 9999;
  histogram.counts[19] = 1;
  histogram.count = 10'000;
  EXPECT_EQ(sparkline(histogram), "·█····▁·");
}

TEST(Sparkline, OfNothingIsUnknown) {
  EXPECT_EQ(sparkline(Histogram{}), "-");
}

}  // namespace
}  // namespace debug_process::render
