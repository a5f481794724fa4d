// The five lines at the top of every report.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "report/report.h"
#include "sections/sections.h"

namespace debug_process::run {

[[nodiscard]] std::vector<report::SummaryLine> summarize(
    const sections::Facts& facts, const std::vector<report::Finding>& findings);

}  // namespace debug_process::run
