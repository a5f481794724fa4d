// The command line of `debug-process compare`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace debug_process::cli {

// `arguments` are those after "compare".
[[nodiscard]] std::variant<CompareOptions, Done> parse_compare(
    const std::vector<std::string>& arguments);

}  // namespace debug_process::cli
