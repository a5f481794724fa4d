// SPDX-License-Identifier: Apache-2.0
#include "render/unicode.h"

#include <gtest/gtest.h>

namespace debug_process::render {
namespace {

TEST(DecodeUtf8, ReadsEveryLength) {
  EXPECT_EQ(decode_utf8("a").code_point, U'a');
  EXPECT_EQ(decode_utf8("\xc3\xa9").code_point, U'é');
  EXPECT_EQ(decode_utf8("\xe4\xb8\xad").code_point, U'中');
  EXPECT_EQ(decode_utf8("\xf0\x9f\x98\x80").code_point, U'😀');
  EXPECT_EQ(decode_utf8("\xf0\x9f\x98\x80 and more").length, 4U);
}

TEST(DecodeUtf8, RejectsWhatIsNoCharacterByteByByte) {
  for (const char* text : {"\xff", "\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xe4\xb8",
                           "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80"}) {
    const Decoded decoded = decode_utf8(text);
    EXPECT_FALSE(decoded.valid);
    EXPECT_EQ(decoded.length, 1U);
    EXPECT_EQ(decoded.code_point, static_cast<unsigned char>(text[0]));
  }
}

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("中文"), 4U);
  EXPECT_EQ(display_width("ｱ"), 1U);   // half width
  EXPECT_EQ(display_width("Ａ"), 2U);  // full width
  EXPECT_EQ(display_width("한글"), 4U);
  EXPECT_EQ(display_width("😀"), 2U);
  EXPECT_EQ(display_width("…"), 1U);
  EXPECT_EQ(display_width("▁▇█·"), 4U);
}

TEST(DisplayWidth, GivesCombiningCharactersNoColumn) {
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);                 // acute
  EXPECT_EQ(display_width("\xe1\x84\x92\xe1\x85\xa1"), 2U);  // a Hangul syllable in parts
  EXPECT_EQ(display_width("a\xe2\x80\x8d"), 1U);             // zero-width joiner
}

}  // namespace
}  // namespace debug_process::render
