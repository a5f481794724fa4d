// From what stands in the way to what can be done about it. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "doctor/facts.h"
#include "report/checkup.h"

namespace debug_process::doctor {

// Most useful first; empty when nothing is missing.
[[nodiscard]] std::vector<report::Remedy> find_remedies(const Facts& facts);

// As one word of a shell's command line.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace debug_process::doctor
