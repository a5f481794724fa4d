// All text of a report may have been chosen by the target. Nothing of it may move a cursor, hide
// text or end a line. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace debug_process::render {

// True for what does something other than show itself: controls, line and paragraph separators,
// bidirectional overrides and isolates, invisible format characters, tags. Joiners (U+200C, U+200D)
// are letters' and emojis' own: false.
[[nodiscard]] bool is_unsafe(char32_t code_point);

// For one line on a terminal: `\n`, `\t`, `\r`, `\x1b` for controls, `\u202e` for the rest of the
// unsafe, `\xff` for bytes that are not UTF-8. What is safe stays as it is, backslashes too.
[[nodiscard]] std::string escape_for_terminal(std::string_view text);

// Valid UTF-8 with nothing lost: bytes that are not UTF-8 become `\xff` in letters.
[[nodiscard]] std::string escape_invalid_utf8(std::string_view text);

// Turns the unsafe characters that JSON allows within strings (DEL, C1, bidirectional overrides...)
// into \uXXXX; the document means the same afterwards. `json` must be a valid document in UTF-8.
[[nodiscard]] std::string escape_json_document(std::string_view json);

}  // namespace debug_process::render
