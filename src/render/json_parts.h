// Parts of the JSON report that other documents have too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "report/report.h"

namespace debug_process::render {

// `{"title": ..., "status": ..., "reason": ..., "metrics": {...}, "tables": {...}}`
[[nodiscard]] nlohmann::ordered_json section_json(const report::Section& section);

}  // namespace debug_process::render
