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

// A JSON string, in its quotes, of what is left harmless on a terminal too: everything unsafe is
// \uXXXX, which means the same. Nothing is lost: bytes that are not UTF-8 become `\xff` in letters.
void append_json_string(std::string& out, std::string_view text);

}  // namespace debug_process::render
