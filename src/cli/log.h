// What goes to standard error while the tool works.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace debug_process::cli {

// Warnings and errors; `verbose`: what was tried, too. Names and paths in them may be anybody's:
// all is escaped here.
void start_logging(bool verbose);

// A message as it is shown: nothing in it drives the terminal, and its further lines are set in, so
// that none looks like another message.
[[nodiscard]] std::string log_text(std::string_view message);

}  // namespace debug_process::cli
