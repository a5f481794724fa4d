// The command line of `debug-process doctor`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace debug_process::cli {

// `arguments` are those after "doctor".
[[nodiscard]] std::variant<DoctorOptions, Done> parse_doctor(
    const std::vector<std::string>& arguments);

}  // namespace debug_process::cli
