// SPDX-License-Identifier: Apache-2.0
#include "render/unicode.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "render/width_table.h"

namespace debug_process::render {
namespace {

bool contains(std::span<const CodePointRange> table, char32_t code_point) {
  const auto next = std::upper_bound(
      table.begin(), table.end(), code_point,
      [](char32_t wanted, const CodePointRange& range) { return wanted < range.first; });
  return next != table.begin() && code_point <= std::prev(next)->last;
}

}  // namespace

Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};

  std::size_t length = 0;
  char32_t code_point = 0;
  char32_t smallest = 0;  // below it the form is overlong
  if (lead >= 0xc2 && lead <= 0xdf) {
    length = 2, code_point = lead & 0x1fU, smallest = 0x80;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3, code_point = lead & 0x0fU, smallest = 0x800;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4, code_point = lead & 0x07U, smallest = 0x10000;
  }
  const Decoded invalid{lead, 1, false};
  if (length == 0 || text.size() < length) return invalid;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return invalid;
    code_point = (code_point << 6U) | (byte(i) & 0x3fU);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < smallest || surrogate || code_point > 0x10ffff) return invalid;
  return {code_point, length, true};
}

unsigned code_point_width(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (contains(kZeroWidth, code_point)) return 0;
  return contains(kWide, code_point) ? 2 : 1;
}

unsigned display_width(std::string_view text) {
  unsigned width = 0;
  while (!text.empty()) {
    const Decoded next = decode_utf8(text);
    width += next.valid ? code_point_width(next.code_point) : 1;
    text.remove_prefix(next.length);
  }
  return width;
}

}  // namespace debug_process::render
