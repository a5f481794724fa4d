// SPDX-License-Identifier: Apache-2.0
#include "sections/errors/present.h"

#include <fmt/format.h>

#include <algorithm>

#include "trace/abi/abi.h"

namespace debug_process::sections::errors {
namespace {

using report::Show;
using report::Text;

// Where a row's example tells all of it, there is nothing to add.
bool is_example(const Object& object, const Facts& facts) {
  return std::any_of(facts.rows.begin(), facts.rows.end(), [&](const Row& row) {
    return row.syscall == object.syscall && row.error == object.error && row.calls == object.calls;
  });
}

report::Table objects_table(const Facts& facts) {
  const bool tells_more =
      !std::all_of(facts.objects.begin(), facts.objects.end(),
                   [&](const Object& object) { return is_example(object, facts); });
  const Show shown = tells_more ? Show::everywhere : Show::json_only;
  report::Table table{"objects",
                      "By what they were about",
                      {{"syscall", "Call", shown, false, Text::word},
                       {"errno", "Error", shown, false, Text::word},
                       {"object", "Path, peer or descriptor", shown, true, Text::object},
                       {"fd", "FD", Show::json_only},
                       {"calls", "Calls", shown},
                       {"is_expected", "Expected", Show::json_only}},
                      {},
                      {}};
  for (const Object& object : facts.objects)
    table.rows.push_back({object.syscall, object.error, object.object,
                          object.fd ? report::Value(std::int64_t{*object.fd}) : report::Value(),
                          object.calls, report::to_value(object.expected)});
  return table;
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "errors", "Failed calls", facts.completeness.status, facts.completeness.reason, {}, {}};
  const bool known = facts.completeness.status != report::Status::unavailable;
  const bool any_expected = facts.expected > 0;
  section.metrics = {{"errors", known ? report::Value(facts.errors) : report::Value(), "Errors"},
                     {"expected", known ? report::Value(facts.expected) : report::Value(),
                      any_expected ? "Expected" : ""}};
  const bool foreign = std::any_of(facts.rows.begin(), facts.rows.end(), [](const Row& row) {
    return row.abi != trace::abi::abi_name(trace::abi::Abi::native);
  });
  report::Table table;
  table.id = "errors";
  const bool all = section.status == report::Status::complete;
  if (!facts.filter.empty()) table.title = fmt::format("Only {}", facts.filter);
  table.when_empty = !known ? "" : all ? "No call failed." : "No failed call was seen.";
  table.columns = {{"syscall", "Call", Show::everywhere, false, Text::word},
                   {"abi", "ABI", foreign ? Show::everywhere : Show::json_only, false, Text::word},
                   {"errno", "Error", Show::everywhere, false, Text::word},
                   {"calls", "Calls"},
                   {"expected", "Expected", any_expected ? Show::everywhere : Show::json_only},
                   {"example", "For example", Show::everywhere, true, Text::object}};
  for (const Row& row : facts.rows)
    table.rows.push_back({row.syscall, row.abi, row.error, row.calls,
                          report::to_value(row.expected), report::to_value(row.example)});
  section.tables = {table, objects_table(facts)};
  return section;
}

}  // namespace debug_process::sections::errors
