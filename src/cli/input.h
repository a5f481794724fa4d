// Where a saved report comes from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report/report.h"
#include "util/result.h"

namespace debug_process::cli {

[[nodiscard]] Result<report::Report> read_report(const std::string& path);

}  // namespace debug_process::cli
