// A table fitted into a terminal's width.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "render/layout.h"
#include "report/report.h"

namespace debug_process::render {

// Title, headings and at most `top` rows (0: all), and what was left out. Columns that no row knows
// are dropped. Where the line is too narrow, elastic columns are cut in the middle first; then
// columns go from the right, and their names are said.
void append_table(std::string& out, const report::Table& table, std::size_t top, const Style& style,
                  unsigned width);

}  // namespace debug_process::render
