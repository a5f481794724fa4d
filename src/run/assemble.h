// From facts to the Report that renderers know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "report/report.h"
#include "run/run.h"
#include "sections/sections.h"
#include "trace/activity.h"

namespace debug_process::run {

// What happened in the window, beside the facts.
struct Course {
  std::chrono::system_clock::time_point started_at;
  std::chrono::nanoseconds startup{0};
  std::chrono::nanoseconds window{0};
  report::EndedBy ended_by = report::EndedBy::window;
  std::string backend;
  std::string backend_reason;
  std::optional<trace::Activity> activity;
  std::optional<int> wait_status;  // as from wait(2), where it is known
};

// With all sections: redaction and comparison look at them all.
[[nodiscard]] report::Report assemble(const sections::Facts& facts, const Course& course);

// Names replaced by tokens, with this machine's key: redact/redact.h.
[[nodiscard]] report::Report redacted(report::Report report);

// Drops the others; without any wanted all stay. A comparison was asked for by itself, and stays.
void keep_sections(const std::vector<std::string>& wanted, report::Report& report);

}  // namespace debug_process::run
