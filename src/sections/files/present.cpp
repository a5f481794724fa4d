// SPDX-License-Identifier: Apache-2.0
#include "sections/files/present.h"

#include <fmt/format.h>
#include <algorithm>

namespace debug_process::sections::files {
namespace {

using report::Show;
using report::to_value;
using report::Value;

report::Table files_table(const Facts& facts) {
  // A line has room for where it is or for what it does.
  const Show position = facts.io_known ? Show::json_only : Show::everywhere;
  report::Table table{"files",
                      facts.io_filter.empty() ? "" : fmt::format("Calls: only {}", facts.io_filter),
                      {{"fd", "FD"},
                       {"type", "Type"},
                       {"path", "Path", Show::everywhere, true},
                       {"mode", "Mode"},
                       {"position_bytes", "Position", position},
                       {"size_bytes", "Size", Show::json_only},
                       {"deleted", "Deleted", Show::json_only},
                       {"detail", "Detail", Show::everywhere, true},
                       {"number_uses", "Number used", Show::json_only}},
                      {},
                      {}};
  append_io_columns(facts.io_known, table);
  table.rows.reserve(facts.files.size());
  for (const File& file : facts.files) {
    table.rows.push_back({std::int64_t{file.fd}, file.type, file.path, file.mode,
                          to_value(file.position), to_value(file.size), file.deleted, file.detail,
                          file.io ? Value(file.io->files) : Value()});
    append_io(file.io, table.rows.back());
  }
  if (facts.open == std::uint64_t{0}) table.when_empty = "No file is open.";
  return table;
}

report::Table closed_table(const Facts& facts) {
  report::Table table{
      "closed",
      "Closed in the window",
      {{"type", "Type"}, {"path", "Opened as", Show::everywhere, true}, {"files", "Files"}},
      {},
      {}};
  append_io_columns(true, table);
  for (const Closed& closed : facts.closed) {
    const Value path = closed.path.empty() ? Value() : Value(closed.path);
    table.rows.push_back({closed.type, path, closed.files});
    append_io(closed.io, table.rows.back());
  }
  return table;
}

report::Table types_table(const Facts& facts) {
  report::Table table{"types", "By type", {{"type", "Type"}, {"open", "Open"}}, {}, {}};
  for (const auto& [type, count] : facts.by_type) table.rows.push_back({type, count});
  std::stable_sort(table.rows.begin(), table.rows.end(), [](const auto& a, const auto& b) {
    return std::get<std::uint64_t>(a[1]) > std::get<std::uint64_t>(b[1]);
  });
  return table;
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "files", "Open files", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  auto& metrics = section.metrics;
  metrics.push_back({"open", to_value(facts.open), "Open"});
  metrics.push_back({"limit_soft", to_value(facts.limit_soft), "Limit (soft)"});
  metrics.push_back({"limit_hard", to_value(facts.limit_hard), "Limit (hard)"});
  metrics.push_back({"deleted", to_value(facts.deleted), "Deleted"});
  metrics.push_back({"closed_meanwhile", to_value(facts.closed_meanwhile), ""});
  // Always there, so that two reports can be compared by them.
  for (const char* type :
       {"file", "directory", "device", "pipe", "socket", "memfd", "eventpoll", "eventfd"}) {
    const auto found = facts.by_type.find(type);
    const std::uint64_t count = found == facts.by_type.end() ? 0 : found->second;
    metrics.push_back({fmt::format("open_{}", type), facts.deleted ? Value(count) : Value(), ""});
  }
  section.tables.push_back(files_table(facts));
  section.tables.push_back(closed_table(facts));
  section.tables.push_back(types_table(facts));
  return section;
}

}  // namespace debug_process::sections::files
