// SPDX-License-Identifier: Apache-2.0
#include "sections/errors/present.h"

#include <fmt/format.h>

#include <algorithm>

#include "trace/abi/abi.h"

namespace debug_process::sections::errors {

report::Section present(const Facts& facts) {
  using report::Show;
  report::Section section{
      "errors", "Failed calls", facts.completeness.status, facts.completeness.reason, {}, {}};
  const bool known = facts.completeness.status != report::Status::unavailable;
  section.metrics = {{"errors", known ? report::Value(facts.errors) : report::Value(), "Errors"}};
  const bool foreign = std::any_of(facts.rows.begin(), facts.rows.end(), [](const Row& row) {
    return row.abi != trace::abi::abi_name(trace::abi::Abi::native);
  });
  report::Table table;
  table.id = "errors";
  const bool all = section.status == report::Status::complete;
  if (!facts.filter.empty()) table.title = fmt::format("Only {}", facts.filter);
  table.when_empty = !known ? "" : all ? "No call failed." : "No failed call was seen.";
  table.columns = {{"syscall", "Call"},
                   {"abi", "ABI", foreign ? Show::everywhere : Show::json_only},
                   {"errno", "Error"},
                   {"calls", "Calls"},
                   {"example", "For example", Show::everywhere, true}};
  for (const Row& row : facts.rows)
    table.rows.push_back(
        {row.syscall, row.abi, row.error, row.calls, report::to_value(row.example)});
  section.tables = {table};
  return section;
}

}  // namespace debug_process::sections::errors
