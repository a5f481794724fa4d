// The JSON report, read back: baselines and comparisons. The other way round: json.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"
#include "util/result.h"

namespace debug_process::render {

// `name` is the file's, for errors. What is rendered again as JSON is the same text. Labels,
// headings and titles of tables are not in the file, and stay empty. Missing keys are unknown, and
// keys of a later version are skipped; a key that is there with a value of another kind is an
// error, which says where it stands; so is a file of another schema_version.
[[nodiscard]] Result<report::Report> read_json(std::string_view text, const std::string& name);

}  // namespace debug_process::render
