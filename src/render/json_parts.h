// Parts of the JSON report that other documents have too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "render/json_writer.h"
#include "report/report.h"

namespace debug_process::render {

void write_value(JsonWriter& out, const report::Value& value);

// What the keys `tool`, `run`, `target`, `summary` and `collection` of the report hold.
void write_tool(JsonWriter& out, const std::string& version);
void write_run(JsonWriter& out, const report::Run& run);
void write_target(JsonWriter& out, const report::Target& target);
void write_summary(JsonWriter& out, const std::vector<report::SummaryLine>& summary);
// What a report begins with: from schema_version to summary.
void write_head_members(JsonWriter& out, const report::Report& report);
void write_collection(JsonWriter& out, const report::Collection& collection);

// The members of one element of `findings`, into an object that is open. `write_evidence` writes
// those of one element of its `evidence`.
using WriteEvidence = void (*)(JsonWriter& out, const report::Evidence& evidence);
void write_finding_members(JsonWriter& out, const report::Finding& finding,
                           WriteEvidence write_evidence);

// `"title": ..., "status": ..., "reason": ..., "metrics": {...}`, into an object that is open.
void write_section_head_members(JsonWriter& out, const report::Section& section);

// `{"<id>": {(the same), "tables": {"<id>": [{"<column>": ...}]}}}`. What is missing at a row's end
// is null.
void write_sections(JsonWriter& out, std::span<const report::Section> sections);

}  // namespace debug_process::render
