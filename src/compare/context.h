// Two reports, and how far they can be held against each other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compare/capture.h"
#include "compare/compare.h"
#include "compare/difference.h"
#include "report/report.h"

namespace debug_process::compare {

struct Context {
  const report::Report& old_report;
  const report::Report& new_report;
  Names names;
  Capture a;  // the old one's
  Capture b;
  bool calls = true;      // their numbers can be compared
  bool latencies = true;  // and how long they take
  // The factor up to which counts may be off themselves.
  double count_margin = 1;
  // Thread-seconds a second that the threads wait for a CPU, in the one where they wait more.
  double waiting = 0;
  // How many times more of their time that leaves them in the other: so much their pace may differ
  // by itself.
  double pace_margin = 1;
  std::vector<std::string> warnings = {};
};

// Looks at what the two were made with, and warns of what makes them differ by itself.
[[nodiscard]] Context context_of(const report::Report& old_report, const report::Report& new_report,
                                 const Names& names);

// The factor up to which numbers of calls may differ, and nothing is said.
[[nodiscard]] inline double margin_of_calls(const Context& context) {
  return kLeastChange * context.count_margin * context.pace_margin;
}

// Each asks its questions; verdicts come later (judge.h).
void ask_rates(const Context& context, std::vector<Difference>& differences);
void ask_latencies(const Context& context, std::vector<Difference>& differences);
void ask_levels(const Context& context, std::vector<Difference>& differences);
// What a finding says of others on the machine is a warning.
void ask_findings(Context& context, std::vector<Difference>& differences);

}  // namespace debug_process::compare
