// SPDX-License-Identifier: Apache-2.0
#include "render/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace debug_process::render {
namespace {

void write_everything(JsonWriter& out) {
  out.begin_object();
  out.key("nothing");
  out.begin_array();
  out.end_array();
  out.key("\"all\"");
  out.begin_array();
  out.null();
  out.boolean(true);
  out.number(-7);
  out.number(std::numeric_limits<std::uint64_t>::max());
  out.real(0.25);
  out.string("a\n");
  out.begin_object();
  out.end_object();
  out.end_array();
  out.end_object();
  out.end_document();
}

TEST(JsonWriter, HasALineForEachValue) {
  JsonWriter out(JsonLayout::lines);
  write_everything(out);
  EXPECT_EQ(out.take(), R"({
  "nothing": [],
  "\"all\"": [
    null,
    true,
    -7,
    18446744073709551615,
    0.25,
    "a\n",
    {}
  ]
}
)");
}

TEST(JsonWriter, HasALineForEachDocument) {
  JsonWriter out(JsonLayout::one_line);
  write_everything(out);
  out.begin_array();
  out.end_array();
  out.end_document();
  EXPECT_EQ(
      out.take(),
      "{\"nothing\":[],\"\\\"all\\\"\":[null,true,-7,18446744073709551615,0.25,\"a\\n\",{}]}\n"
      "[]\n");
  EXPECT_EQ(out.take(), "");
}

std::string real(double number) {
  JsonWriter out(JsonLayout::one_line);
  out.real(number);
  return out.take();
}

TEST(JsonWriter, RoundsRealNumbersToSixDigits) {
  EXPECT_EQ(real(1.0 / 3), "0.333333");
  EXPECT_EQ(real(1'234'567), "1234570.0");
  EXPECT_EQ(real(0), "0.0");
  EXPECT_EQ(real(-1e-9), "-1e-09");
}

TEST(JsonWriter, HasNoNumberForNanAndInfinity) {
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(real(-std::numeric_limits<double>::infinity()), "null");
}

}  // namespace
}  // namespace debug_process::render
