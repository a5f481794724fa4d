// SPDX-License-Identifier: Apache-2.0
#include "util/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace debug_process {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::HasSubstr;

TEST(FormatBytes, CountsSingleBytesExactly) {
  EXPECT_EQ(format_bytes({0}), "0 B");
  EXPECT_EQ(format_bytes({512}), "512 B");
  EXPECT_EQ(format_bytes({1023}), "1023 B");
}

TEST(FormatBytes, UsesBinaryMultiples) {
  EXPECT_EQ(format_bytes({1024}), "1.0 KB");
  EXPECT_EQ(format_bytes({163'577'856}), "156 MB");
  EXPECT_EQ(format_bytes({1'288'490'188}), "1.2 GB");
  EXPECT_EQ(format_bytes({std::numeric_limits<std::uint64_t>::max()}), "16 EB");
}

TEST(FormatBytes, RoundsUpToTheNextUnit) {
  EXPECT_EQ(format_bytes({10'188}), "9.9 KB");  // 9.949
  EXPECT_EQ(format_bytes({10'189}), "10 KB");   // 9.950
  EXPECT_EQ(format_bytes({1'023'487}), "999 KB");
  EXPECT_EQ(format_bytes({1'023'488}), "1.0 MB");  // 999.5 KB
}

TEST(FormatDuration, CountsNanosecondsExactly) {
  EXPECT_EQ(format_duration(0ns), "0 ns");
  EXPECT_EQ(format_duration(231ns), "231 ns");
  EXPECT_EQ(format_duration(999ns), "999 ns");
}

TEST(FormatDuration, HasThreeDigitsBelowAMinute) {
  EXPECT_EQ(format_duration(1us), "1.00 us");
  EXPECT_EQ(format_duration(4100us), "4.10 ms");
  EXPECT_EQ(format_duration(45'320us), "45.3 ms");
  EXPECT_EQ(format_duration(5s), "5.00 s");
}

TEST(FormatDuration, RoundsUpToTheNextUnit) {
  EXPECT_EQ(format_duration(9994ns), "9.99 us");
  EXPECT_EQ(format_duration(9996ns), "10.0 us");
  EXPECT_EQ(format_duration(999'499ns), "999 us");
  EXPECT_EQ(format_duration(999'500ns), "1.00 ms");
  EXPECT_EQ(format_duration(59'940ms), "59.9 s");
  EXPECT_EQ(format_duration(59'960ms), "1m 0s");
}

TEST(FormatDuration, NamesTwoUnitsFromAMinuteOn) {
  EXPECT_EQ(format_duration(125s), "2m 5s");
  EXPECT_EQ(format_duration(3h + 59min + 59s), "3h 59m");
  EXPECT_EQ(format_duration(76h), "3d 4h");
  EXPECT_EQ(format_duration(nanoseconds::max()), "106751d 23h");
}

TEST(FormatDuration, KeepsTheSign) {
  EXPECT_EQ(format_duration(-1500us), "-1.50 ms");
  EXPECT_EQ(format_duration(nanoseconds::min()), "-106751d 23h");
}

TEST(FormatRatio, IsAPercentage) {
  EXPECT_EQ(format_ratio({0}), "0%");
  EXPECT_EQ(format_ratio({0.004}), "0.4%");
  EXPECT_EQ(format_ratio({0.123}), "12.3%");
  EXPECT_EQ(format_ratio({1}), "100%");
  EXPECT_EQ(format_ratio({2.5}), "250%");
  EXPECT_EQ(format_ratio({-0.123}), "-12.3%");
}

TEST(FormatRatio, ClaimsNeitherNothingNorEverythingWhenOnlyNear) {
  EXPECT_EQ(format_ratio({0.0004}), "<0.1%");
  EXPECT_EQ(format_ratio({0.9996}), ">99.9%");
}

TEST(FormatRatio, HasNoNumberForNan) {
  EXPECT_EQ(format_ratio({std::numeric_limits<double>::quiet_NaN()}), "-");
}

TEST(FormatRate, HasAtMostThreeDigits) {
  EXPECT_EQ(format_rate({0}), "0/s");
  EXPECT_EQ(format_rate({0.25}), "0.25/s");
  EXPECT_EQ(format_rate({5}), "5/s");
  EXPECT_EQ(format_rate({12.5}), "12.5/s");
  EXPECT_EQ(format_rate({111'234}), "111k/s");
  EXPECT_EQ(format_rate({1.5e12}), "1500G/s");
}

TEST(FormatRate, RoundsUpToTheNextUnit) {
  EXPECT_EQ(format_rate({999.4}), "999/s");
  EXPECT_EQ(format_rate({999.5}), "1k/s");
}

TEST(FormatRate, DoesNotCallRareNever) {
  EXPECT_EQ(format_rate({0.001}), "<0.01/s");
}

TEST(FormatCount, GroupsThousands) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(1'000'000), "1,000,000");
  EXPECT_EQ(format_count(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(ParseDuration, UnderstandsNumbersWithAndWithoutUnit) {
  EXPECT_EQ(parse_duration("5").value(), 5s);
  EXPECT_EQ(parse_duration("0.5").value(), 500ms);
  EXPECT_EQ(parse_duration(".5").value(), 500ms);
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("2s").value(), 2s);
  EXPECT_EQ(parse_duration("1m").value(), 1min);
  EXPECT_EQ(parse_duration("1h").value(), 1h);
  EXPECT_EQ(parse_duration("100us").value(), 100us);
}

TEST(ParseDuration, AllowsExactlyOneDay) {
  EXPECT_EQ(parse_duration("24h").value(), 24h);
}

struct BadDuration {
  const char* text;
  const char* why;
};

class ParseDurationFails : public testing::TestWithParam<BadDuration> {};

TEST_P(ParseDurationFails, AndSaysWhy) {
  const auto parsed = parse_duration(GetParam().text);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_THAT(parsed.error().detail, HasSubstr(GetParam().why));
  EXPECT_FALSE(parsed.error().hint.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, ParseDurationFails,
    testing::Values(BadDuration{"", "empty"}, BadDuration{"abc", "not a number"},
                    BadDuration{"-1", "negative"}, BadDuration{"0", "zero"},
                    BadDuration{"0.0ms", "zero"}, BadDuration{"0.0000000001", "zero"},
                    BadDuration{"5x", "not a unit"}, BadDuration{"5 s", "not a unit"},
                    BadDuration{"1e999", "not a unit"}, BadDuration{"0x10", "not a unit"},
                    BadDuration{"nan", "not a number"}, BadDuration{"inf", "not a number"},
                    BadDuration{" 5", "not a number"}, BadDuration{"+5", "not a number"},
                    BadDuration{"99999999999", "24 hours"}, BadDuration{"25h", "24 hours"},
                    BadDuration{"86401", "24 hours"}));

TEST(FormatTime, IsRfc3339InUtcWithMilliseconds) {
  using std::chrono::system_clock;
  const auto at = [](std::chrono::milliseconds since_1970) {
    return system_clock::time_point(since_1970);
  };
  EXPECT_EQ(format_time(at(0ms)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(at(1'769'903'999'123ms)), "2026-01-31T23:59:59.123Z");
  EXPECT_EQ(format_time(at(-1ms)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace debug_process
