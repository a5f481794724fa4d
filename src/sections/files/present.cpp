// SPDX-License-Identifier: Apache-2.0
#include "sections/files/present.h"

#include <fmt/format.h>
#include <algorithm>

#include "sections/files/detail.h"

namespace debug_process::sections::files {
namespace {

using report::Show;
using report::Text;
using report::to_value;
using report::Value;

std::string describe(const OtherEnd& other) {
  const char* const name = other.reads ? "read end" : "write end";
  if (other.fd) return fmt::format("{}: fd {}", name, *other.fd);
  if (other.holder) return fmt::format("{}: {} ({})", name, other.holder->name, other.holder->pid);
  return other.looked_for ? fmt::format("{}: not found", name) : "";
}

std::string detail_text(const File& file) {
  std::string text = file.detail;
  if (file.other_end) append(text, describe(*file.other_end));
  if (file.same_as) append(text, fmt::format("same as fd {}", *file.same_as));
  return text;
}

report::Table files_table(const Facts& facts) {
  // A line has room for where it is or for what it does.
  const Show position = facts.io_known ? Show::json_only : Show::everywhere;
  report::Table table{"files",
                      facts.io_filter.empty() ? "" : fmt::format("Calls: only {}", facts.io_filter),
                      {{"fd", "FD"},
                       {"type", "Type", Show::everywhere, false, Text::word},
                       {"path", "Path", Show::everywhere, true, Text::path},
                       {"mode", "Mode", Show::everywhere, false, Text::word},
                       {"position_bytes", "Position", position},
                       {"size_bytes", "Size", Show::json_only},
                       {"deleted", "Deleted", Show::json_only},
                       {"append", "Append", Show::json_only},
                       {"detail", "Detail", Show::everywhere, true},
                       {"same_as_fd", "Same as FD", Show::json_only},
                       {"peer_pid", "Peer PID", Show::json_only},
                       {"peer_process", "Peer process", Show::json_only},
                       {"number_uses", "Number used", Show::json_only}},
                      {},
                      {}};
  append_io_columns(facts.io_known, table);
  table.rows.reserve(facts.files.size());
  for (const File& file : facts.files) {
    const auto holder = file.other_end ? file.other_end->holder : std::nullopt;
    const auto same_as = file.same_as ? std::optional<std::int64_t>(*file.same_as) : std::nullopt;
    auto& row = table.rows.emplace_back();
    row.reserve(table.columns.size());
    row.insert(row.end(),
               {std::int64_t{file.fd}, file.type, file.path, file.mode, to_value(file.position),
                to_value(file.size), file.deleted, to_value(file.append), detail_text(file),
                to_value(same_as), holder ? Value(std::int64_t{holder->pid}) : Value(),
                holder ? Value(holder->name) : Value(), file.io ? Value(file.io->files) : Value()});
    append_io(file.io, row);
  }
  if (facts.open == std::uint64_t{0}) table.when_empty = "No file is open.";
  return table;
}

// For machines: people have the first few in the details.
report::Table watched_table(const Facts& facts) {
  report::Table table{"watched",
                      "Watched",
                      {{"fd", "FD", Show::json_only},
                       {"watched_fd", "Watched FD", Show::json_only},
                       {"type", "Type", Show::json_only},
                       {"path", "Path", Show::json_only},
                       {"inode", "Inode", Show::json_only},
                       {"device", "Device", Show::json_only},
                       {"gone", "Gone", Show::json_only}},
                      {},
                      {}};
  const auto text = [](const std::string& value) { return value.empty() ? Value() : Value(value); };
  table.rows.reserve(facts.watched.size());
  for (const Watched& watched : facts.watched)
    table.rows.push_back({std::int64_t{watched.by},
                          watched.fd ? Value(std::int64_t{*watched.fd}) : Value(),
                          text(watched.type), text(watched.path), to_value(watched.inode),
                          text(watched.device), watched.gone});
  return table;
}

report::Table closed_table(const Facts& facts) {
  report::Table table{"closed",
                      "Closed in the window",
                      {{"type", "Type", Show::everywhere, false, Text::word},
                       {"path", "Opened as", Show::everywhere, true, Text::object},
                       {"files", "Files"}},
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

Value at_start(const Facts& facts, const std::string& type) {
  if (!facts.by_type_at_start) return {};
  const auto found = facts.by_type_at_start->find(type);
  return found == facts.by_type_at_start->end() ? Value(std::uint64_t{0}) : Value(found->second);
}

report::Table types_table(const Facts& facts) {
  report::Table table{"types",
                      "By type",
                      {{"type", "Type", Show::everywhere, false, Text::word},
                       {"open", "Open"},
                       {"open_at_start", "At the start", Show::json_only}},
                      {},
                      {}};
  for (const auto& [type, count] : facts.by_type)
    table.rows.push_back({type, count, at_start(facts, type)});
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
  metrics.push_back({"pipe_ends_not_found", to_value(facts.pipe_ends_not_found), ""});
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
  section.tables.push_back(watched_table(facts));
  return section;
}

}  // namespace debug_process::sections::files
