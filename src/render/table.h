// A table fitted into a terminal's width.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "render/layout.h"
#include "report/report.h"

namespace debug_process::render {

// Title, headings and at most `top` rows (0: all), and what was left out. Columns that no row knows
// are dropped. Where the line is too narrow, elastic columns are cut in the middle first; then
// columns go from the right, and their names are said.
void append_table(std::string& out, const report::Table& table, std::size_t top, const Style& style,
                  unsigned width);

// The columns that people are shown, as indexes: not those for JSON only, nor those that no row
// knows.
[[nodiscard]] std::vector<std::size_t> shown_columns(const report::Table& table);

}  // namespace debug_process::render
