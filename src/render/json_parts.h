// Parts of the JSON report that other documents have too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "report/report.h"

namespace debug_process::render {

// What the keys `tool`, `run`, `target`, `summary` and `collection` of the report hold.
[[nodiscard]] nlohmann::ordered_json tool_json(const report::Report& report);
[[nodiscard]] nlohmann::ordered_json run_json(const report::Run& run);
[[nodiscard]] nlohmann::ordered_json target_json(const report::Target& target);
[[nodiscard]] nlohmann::ordered_json summary_json(const std::vector<report::SummaryLine>& summary);
[[nodiscard]] nlohmann::ordered_json collection_json(const report::Collection& collection);

// One element of `findings`.
[[nodiscard]] nlohmann::ordered_json finding_json(const report::Finding& finding);

// `{"title": ..., "status": ..., "reason": ..., "metrics": {...}}`
[[nodiscard]] nlohmann::ordered_json section_head_json(const report::Section& section);

// The same and `"tables": {...}`.
[[nodiscard]] nlohmann::ordered_json section_json(const report::Section& section);

// One element of a table: `{"<column>": ...}`. What is missing at the row's end is null.
[[nodiscard]] nlohmann::ordered_json row_json(const report::Table& table,
                                              const std::vector<report::Value>& row);

}  // namespace debug_process::render
