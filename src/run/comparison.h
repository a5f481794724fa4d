// The report held against another one, as a section of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "compare/compare.h"
#include "report/report.h"

namespace debug_process::run {

inline constexpr const char* kComparison = compare::kSection;

// Adds the section and a line to the summary; where nothing can be compared the section says why.
// `report` is the new one, and must have all its sections yet.
void add_comparison(const report::Report& old_report, const compare::Names& names,
                    report::Report& report);

// The section that says why there is no comparison.
void add_no_comparison(const std::string& reason, report::Report& report);

}  // namespace debug_process::run
