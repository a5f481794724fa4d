// The report as lines of JSON, for column stores: one object a line, one shape for each `record`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/render.h"

namespace debug_process::render {

// Each line has `record`, `run_id`, `host`, `pid` and `started_at`, and all else that its record
// has, with the keys and units of the JSON report; null for what is not known.
//
//   run      `schema_version`, `tool`, `run`, `target`, `summary`, `collection`; the first line
//   finding  `rule`, `severity`, `title`, `explanation`, `evidence`, `next_step`, `lost_ns`. An
//            evidence has its value under `value` where that is a number, else under `text`
//   metrics  a section: `section` (its id), `title`, `status`, `reason`, `metrics`
//   <table>  a row of the table of that id: `section` and the columns. Columns called as one of the
//            five have `row_` before their names: `row_pid`
//
// A key has one type on all lines of all records. Of the options only summary_only matters: it
// leaves the sections out.
[[nodiscard]] std::string render_ndjson(const report::Report& report, const RenderOptions& options);

}  // namespace debug_process::render
