// A report such as a busy and hostile server gives: wide and escaped names, unknown values,
// sections of every status. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"

namespace debug_process::render {

// A name that would clear the screen, set the title, end the line, turn the text around and is not
// UTF-8 either.
inline constexpr const char* kHostileName = "\x1b[2J\x1b]0;owned\x07\n\r\xc2\x9b\xe2\x80\xae\xff";

[[nodiscard]] report::Report sample_report();

}  // namespace debug_process::render
