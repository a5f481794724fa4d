// SPDX-License-Identifier: Apache-2.0
#include "render/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "render/unicode.h"

namespace debug_process::render {
namespace {

using testing::ElementsAre;

TEST(ElideMiddle, KeepsWhatFits) {
  EXPECT_EQ(elide_middle("abcdef", 6), "abcdef");
  EXPECT_EQ(elide_middle("", 0), "");
}

TEST(ElideMiddle, KeepsBothEnds) {
  EXPECT_EQ(elide_middle("abcdefghij", 5), "ab…ij");
  EXPECT_EQ(elide_middle("abcdefghij", 6), "abc…ij");
  EXPECT_EQ(elide_middle("abc", 1), "…");
  EXPECT_EQ(elide_middle("abc", 0), "");
}

TEST(ElideMiddle, NeverExceedsTheWidthNorTearsCharacters) {
  const std::string text = "数据e\xcc\x81日本語 path 😀😀";
  for (unsigned width = 0; width < 30; ++width) {
    const std::string cut = elide_middle(text, width);
    EXPECT_LE(display_width(cut), width);
    for (std::string_view rest = cut; !rest.empty();) {
      const Decoded next = decode_utf8(rest);
      EXPECT_TRUE(next.valid) << cut;
      rest.remove_prefix(next.length);
    }
  }
}

TEST(Pad, FillsToTheWidth) {
  EXPECT_EQ(pad("ab", 4, Align::left), "ab  ");
  EXPECT_EQ(pad("ab", 4, Align::right), "  ab");
  EXPECT_EQ(pad("中", 4, Align::right), "  中");
  EXPECT_EQ(pad("abcde", 4, Align::left), "abcde");
}

TEST(Wrap, BreaksAtSpaces) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("one two", 100), ElementsAre("one two"));
  EXPECT_THAT(wrap("", 10), ElementsAre(""));
}

TEST(Wrap, BreaksALongWordWhereTheLineEnds) {
  EXPECT_THAT(wrap("a bcdefgh i", 3), ElementsAre("a", "bcd", "efg", "h i"));
  EXPECT_THAT(wrap("中文字", 4), ElementsAre("中文", "字"));
}

TEST(Wrap, GetsOnWhereNotEvenOneCharacterFits) {
  EXPECT_THAT(wrap("中文", 1), ElementsAre("中", "文"));
}

TEST(WrapAfter, IndentsUnderThePrefix) {
  EXPECT_THAT(wrap_after("next: ", "one two three", 16),
              ElementsAre("next: one two", "      three"));
}

TEST(Style, PaintsOnlyWithColor) {
  EXPECT_EQ(Style(false).severity(report::Severity::critical, "x"), "x");
  EXPECT_EQ(Style(true).severity(report::Severity::critical, "x"), "\x1b[1;31mx\x1b[0m");
}

}  // namespace
}  // namespace debug_process::render
