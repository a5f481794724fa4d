// SPDX-License-Identifier: Apache-2.0
#include "render/escape.h"

#include <gtest/gtest.h>

namespace debug_process::render {
namespace {

TEST(EscapeForTerminal, LeavesOrdinaryTextAlone) {
  for (const char* text : {"", "/usr/bin/python3", "C:\\dir\\new", "naïve 中文 😀", "e\xcc\x81"}) {
    EXPECT_EQ(escape_for_terminal(text), text);
  }
}

TEST(EscapeForTerminal, ShowsControls) {
  EXPECT_EQ(escape_for_terminal("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(escape_for_terminal("\x1b[2J\x07\x7f"), "\\x1b[2J\\x07\\x7f");
  EXPECT_EQ(escape_for_terminal(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(escape_for_terminal("\xc2\x9b"), "\\u009b");  // CSI in one character
}

TEST(EscapeForTerminal, ShowsWhatTurnsOrHidesText) {
  EXPECT_EQ(escape_for_terminal("\xe2\x80\xae"), "\\u202e");
  EXPECT_EQ(escape_for_terminal("\xe2\x81\xa6\xe2\x81\xa9"), "\\u2066\\u2069");
  EXPECT_EQ(escape_for_terminal("\xe2\x80\x8b\xef\xbb\xbf"), "\\u200b\\ufeff");
  EXPECT_EQ(escape_for_terminal("\xe2\x80\xa8"), "\\u2028");          // line separator
  EXPECT_EQ(escape_for_terminal("\xf3\xa0\x81\x81"), "\\U000e0041");  // tag
}

TEST(EscapeForTerminal, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(escape_for_terminal("a\xff\xc3"), "a\\xff\\xc3");
}

TEST(EscapeForTerminal, LeavesNoByteThatDrivesATerminal) {
  for (char32_t code_point = 0; code_point < 0x3000; ++code_point) {
    if (!is_unsafe(code_point)) continue;
    std::string text;
    if (code_point < 0x80) {
      text = {static_cast<char>(code_point)};
    } else if (code_point < 0x800) {
      text = {static_cast<char>(0xc0U | code_point >> 6U),
              static_cast<char>(0x80U | (code_point & 0x3fU))};
    } else {
      text = {static_cast<char>(0xe0U | code_point >> 12U),
              static_cast<char>(0x80U | (code_point >> 6U & 0x3fU)),
              static_cast<char>(0x80U | (code_point & 0x3fU))};
    }
    for (const char byte : escape_for_terminal(text)) EXPECT_TRUE(byte >= ' ' && byte <= '~');
  }
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, LeavesOrdinaryTextAlone) {
  for (const std::string text : {"", "/usr/bin/python3", "naïve 中文 😀", "e\xcc\x81 e"})
    EXPECT_EQ(json_string(text), '"' + text + '"');
}

TEST(JsonString, HasTheShortEscapesOfJson) {
  EXPECT_EQ(json_string("a\"b\\c\b\f\n\r\td"), R"("a\"b\\c\b\f\n\r\td")");
}

TEST(JsonString, HasNothingUnsafe) {
  EXPECT_EQ(json_string(std::string_view("a\0\x1b\x7f", 4)), R"("a\u0000\u001b\u007f")");
  EXPECT_EQ(json_string("\xc2\x9b\xe2\x80\xae!"), R"("\u009b\u202e!")");
  EXPECT_EQ(json_string("\xf3\xa0\x81\x81"), R"("\udb40\udc41")");
}

TEST(JsonString, NamesBytesThatAreNotUtf8) {
  EXPECT_EQ(json_string("a\xff\xc3"), R"("a\\xff\\xc3")");
}

}  // namespace
}  // namespace debug_process::render
