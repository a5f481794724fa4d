// SPDX-License-Identifier: Apache-2.0
#include "util/time_of_day.h"

#include <gtest/gtest.h>

#include "util/units.h"

namespace debug_process {
namespace {

TEST(ParseTime, ReadsWhatFormatTimeWrites) {
  for (const char* text :
       {"2026-01-31T23:59:59.123Z", "1970-01-01T00:00:00.000Z", "2024-02-29T12:00:00.007Z"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(format_time(*time), text);
  }
}

TEST(ParseTime, TakesAnyNumberOfDecimals) {
  EXPECT_EQ(parse_time("2026-01-31T23:59:59Z"), parse_time("2026-01-31T23:59:59.000Z"));
  EXPECT_EQ(parse_time("2026-01-31T23:59:59.1239Z"), parse_time("2026-01-31T23:59:59.123Z"));
}

TEST(ParseTime, RefusesAllElse) {
  for (const char* text :
       {"", "yesterday", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:59:59",
        "2026-01-31T23:59:59.Z", "2026-01-31 23:59:59Z", "-026-01-31T23:59:59Z",
        "9999-01-31T23:59:59Z", "2026-01-31T23:59:59+01:00"})
    EXPECT_FALSE(parse_time(text).has_value()) << text;
}

}  // namespace
}  // namespace debug_process
