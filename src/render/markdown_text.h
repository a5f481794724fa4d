// Text in Markdown that stays text. GitHub, GitLab and their wikis turn more into links, mentions
// and images than the language itself does (bare URLs, @name, #1, commit hashes, :emoji:), and do
// so in spite of backslashes. Nothing of it works within a code span: so that is where everything
// goes that is not beyond doubt a plain word. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace debug_process::render {

// A cell of a table must not have a `|`, not even in a code span.
enum class Place { line, cell };

// On one line, to be put anywhere but at a line's start. Backquotes, and in a cell `|`, become
// `\x60` and `\x7c`, since there is no way to write them that all Markdown agrees on; what a
// terminal may not see is escaped as there. Spaces that would be swallowed become `\x20`.
[[nodiscard]] std::string markdown_code(std::string_view text, Place place);

// Plain where all words of it are, else all of it in a code span: names, paths, values.
[[nodiscard]] std::string markdown_value(std::string_view text, Place place);

// Sentences of a line: words that are not plain, in code spans.
[[nodiscard]] std::string markdown_prose(std::string_view text);

// The same, and commands that it tells to run, in a code span each.
[[nodiscard]] std::string markdown_advice(std::string_view text);

}  // namespace debug_process::render
