// The top of the text report: what an incident note needs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/layout.h"
#include "report/report.h"

namespace debug_process::render {

// The `Label: text` lines, each on one line however long, so that scripts can take them.
void append_summary(std::string& out, const report::Report& report, const Style& style,
                    unsigned width);

void append_findings(std::string& out, const report::Report& report, const Style& style,
                     unsigned width);

// How the report was made: the window, the backend, what it cost and what was lost.
void append_collection(std::string& out, const report::Report& report, const Style& style,
                       unsigned width);

// The sentences of it, for other formats too. All that may be the target's is escaped for the
// terminal.
[[nodiscard]] std::string watched_text(const report::Report& report);
[[nodiscard]] std::string cost_text(const report::Report& report);
[[nodiscard]] std::string lost_text(const report::Report& report);  // empty: nothing was lost

}  // namespace debug_process::render
