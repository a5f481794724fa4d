// One value as people read it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/layout.h"
#include "report/report.h"

namespace debug_process::render {

// On one line and safe for a terminal. Unknown is "-". Unsigned numbers are counts, with their
// thousands grouped; signed ones are identifiers (pid, tid, fd), which are copied into other
// commands, and stay plain.
[[nodiscard]] std::string value_text(const report::Value& value);

// Quantities to the right, words to the left.
[[nodiscard]] Align alignment(const report::Value& value);

// Latencies as eight cells, one a decade: below 1 us, below 10 us ... below 1 s, and 1 s and more.
// A cell's height is its share of the calls, `·` where there were none; rows of a table can so be
// compared by eye.
[[nodiscard]] std::string sparkline(const Histogram& histogram);

// One cell for each number, as high as its share of the highest; `?` where it is unknown.
[[nodiscard]] std::string sparkline(const report::Series& series);

}  // namespace debug_process::render
