// SPDX-License-Identifier: Apache-2.0
#include "sections/intervals/present.h"

namespace debug_process::sections::intervals {

using report::Show;
using report::to_value;

report::Section present(const Facts& facts) {
  report::Section section{
      "intervals", "Over time", facts.completeness.status, facts.completeness.reason, {}, {}};
  section.metrics = {{"open_files_at_start", to_value(facts.open_files_at_start), ""},
                     {"threads_at_start", to_value(facts.threads_at_start), ""}};
  report::Table table{"intervals",
                      "",
                      {{"start_ns", "From"},
                       {"length_ns", "For", Show::json_only},
                       {"coverage_ratio", "Seen", Show::json_only},
                       {"calls", "Calls"},
                       {"errors", "Errors"},
                       {"in_syscalls_ns", "In calls"},
                       {"cpu_ratio", "CPU"},
                       {"page_faults_minor", "Faults", Show::json_only},
                       {"page_faults_major", "Major faults"},
                       {"open_files", "Open files"},
                       {"threads", "Threads"},
                       {"rss_bytes", "RSS"}},
                      {},
                      {}};
  for (const Interval& part : facts.intervals)
    table.rows.push_back({part.start, part.length, to_value(part.coverage), to_value(part.calls),
                          to_value(part.errors), to_value(part.in_syscalls), to_value(part.cpu),
                          to_value(part.page_faults_minor), to_value(part.page_faults_major),
                          to_value(part.open_files), to_value(part.threads), to_value(part.rss)});
  if (facts.intervals.empty()) table.when_empty = "The window was too short for parts.";
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace debug_process::sections::intervals
