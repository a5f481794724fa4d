// One report against another: what is different and matters, and nothing else. Pure: the same two
// reports always give the same answer. How it is decided is in statistics.h, events.h, latency.h
// and judge.h. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/difference.h"
#include "report/report.h"
#include "util/result.h"

namespace debug_process::compare {

// How the two are called in texts: files, "this run", "process 1234".
struct Names {
  std::string old_name;
  std::string new_name;
};

struct Comparison {
  Names names;
  std::vector<Difference> differences;  // all that was asked; found ones first, biggest first
  std::vector<std::string> warnings;    // why the two may differ without a fault, or hide one

  [[nodiscard]] std::size_t count(Verdict verdict) const;
  [[nodiscard]] bool found_any() const;
};

// Fails where nothing can be compared, and says why.
[[nodiscard]] Result<Comparison> compare(const report::Report& old_report,
                                         const report::Report& new_report, const Names& names);

inline constexpr const char* kSection = "comparison";

// As a section, for any renderer.
[[nodiscard]] report::Section present(const Comparison& comparison);

// As a report of its own, whose run and target are the new one's.
[[nodiscard]] report::Report as_report(const Comparison& comparison,
                                       const report::Report& old_report,
                                       const report::Report& new_report);

// "2 worse: write: time a call x2.0; ..."; one line for people.
[[nodiscard]] std::string summarize(const Comparison& comparison);

}  // namespace debug_process::compare
