// What the facts mean. A new rule: rules/<rule>.cpp, its declaration in rules/all.h, its line in
// rules.cpp, its test. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "diagnosis/rule.h"

namespace debug_process::diagnosis {

// All of them; of equally severe findings the one whose rule comes first is the more telling.
[[nodiscard]] std::span<const Rule> rules();

// Most severe first. A stopped process has that one finding; effects are merged into their cause.
[[nodiscard]] std::vector<Finding> diagnose(const Facts& facts);

// For the summary, on one line: the worst finding and how many more; or, when there is none, what
// was looked at and where the time went.
[[nodiscard]] std::string diagnosis_line(const std::vector<Finding>& findings, const Facts& facts);

}  // namespace debug_process::diagnosis
