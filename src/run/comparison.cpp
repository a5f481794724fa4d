// SPDX-License-Identifier: Apache-2.0
#include "run/comparison.h"

#include <fmt/format.h>

namespace debug_process::run {

void add_comparison(const report::Report& old_report, const compare::Names& names,
                    report::Report& report) {
  const auto comparison = compare::compare(old_report, report, names);
  if (!comparison) {
    add_no_comparison(comparison.error().message(), report);
    return;
  }
  report.summary.push_back(
      {"Comparison", fmt::format("with {}: {}", names.old_name, compare::summarize(*comparison))});
  report.sections.push_back(compare::present(*comparison));
}

void add_no_comparison(const std::string& reason, report::Report& report) {
  report.sections.push_back(
      {kComparison, "Comparison", report::Status::unavailable, reason, {}, {}});
}

}  // namespace debug_process::run
