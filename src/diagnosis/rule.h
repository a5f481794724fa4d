// What one rule is: a pure function of facts to at most one finding. No I/O, no clock, no state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "report/report.h"
#include "sections/sections.h"

namespace debug_process::diagnosis {

using report::Finding;
using report::Severity;
using sections::Facts;

struct Rule {
  std::string_view id;  // as in the report: "out-of-fds"
  // Leaves Finding::rule to diagnose(). Facts that are unknown never make a finding.
  std::optional<Finding> (*evaluate)(const Facts& facts);
};

}  // namespace debug_process::diagnosis
