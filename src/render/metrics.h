// A section's metrics in columns of `label value`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "render/layout.h"
#include "report/report.h"

namespace debug_process::render {

// Short ones side by side, then long ones on lines of their own; those without a label not at all.
void append_metrics(std::string& out, const std::vector<report::Metric>& metrics,
                    const Style& style, unsigned width);

}  // namespace debug_process::render
