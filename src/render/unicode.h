// UTF-8 and how many terminal columns it takes. No locale is involved: the same report reads the
// same everywhere. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace debug_process::render {

struct Decoded {
  char32_t code_point = 0;
  std::size_t length = 1;  // bytes taken
  bool valid = false;      // false: one byte that belongs to no character
};

// The character that `text` begins with. `text` must not be empty. Strict: overlong forms,
// surrogates and what lies above U+10FFFF are invalid.
[[nodiscard]] Decoded decode_utf8(std::string_view text);

// 0 for combining and other zero-width characters, 2 for East Asian wide ones and emoji, else 1.
[[nodiscard]] unsigned code_point_width(char32_t code_point);

// Columns of a text without control characters.
[[nodiscard]] unsigned display_width(std::string_view text);

}  // namespace debug_process::render
