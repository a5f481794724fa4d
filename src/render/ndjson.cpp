// SPDX-License-Identifier: Apache-2.0
#include "render/ndjson.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "render/json_parts.h"

namespace debug_process::render {
namespace {

// What each line of a table has besides its columns.
constexpr std::array<std::string_view, 6> kTaken{"record", "run_id",     "host",
                                                 "pid",    "started_at", "section"};

// Makes the lines of one report.
class Lines {
 public:
  explicit Lines(const report::Report& report)
      : report_(report), started_at_(format_time(report.run.started_at)) {}

  // `write_members` writes what follows the five keys of each line.
  template <typename WriteMembers>
  void add(std::string_view record, WriteMembers write_members) {
    out_.begin_object();
    text("record", record);
    text("run_id", report_.run.run_id);
    text("host", report_.run.host);
    out_.key("pid");
    out_.number(report_.target.pid);
    text("started_at", started_at_);
    write_members(out_);
    out_.end_object();
    out_.end_document();
  }

  [[nodiscard]] std::string take() { return out_.take(); }

 private:
  void text(std::string_view key, std::string_view value) {
    out_.key(key);
    out_.string(value);
  }

  const report::Report& report_;
  std::string started_at_;
  JsonWriter out_{JsonLayout::one_line};
};

bool is_number(const report::Value& value) {
  return std::holds_alternative<std::int64_t>(value) ||
         std::holds_alternative<std::uint64_t>(value) || std::holds_alternative<Ratio>(value) ||
         std::holds_alternative<Rate>(value) || std::holds_alternative<Bytes>(value) ||
         std::holds_alternative<std::chrono::nanoseconds>(value);
}

// A number under `value`, all else as words under `text`: so both have one type.
void write_typed_evidence(JsonWriter& out, const report::Evidence& evidence) {
  const report::Value& value = evidence.value;
  out.key("metric");
  out.string(evidence.metric);
  out.key("value");
  is_number(value) ? write_value(out, value) : out.null();
  out.key("text");
  if (const auto* text = std::get_if<std::string>(&value)) {
    out.string(*text);
  } else if (is_number(value) || report::is_unknown(value)) {
    out.null();
  } else {
    JsonWriter words(JsonLayout::one_line);
    write_value(words, value);
    out.string(words.take());
  }
}

void write_run_members(JsonWriter& out, const report::Report& report) {
  write_head_members(out, report);
  out.key("collection");
  write_collection(out, report.collection);
}

// A column that is called as what each line has is renamed.
void write_columns(JsonWriter& out, const report::Table& table,
                   const std::vector<report::Value>& row) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& key = table.columns[i].key;
    const bool taken = std::find(kTaken.begin(), kTaken.end(), key) != kTaken.end();
    out.key(taken ? "row_" + key : key);
    i < row.size() ? write_value(out, row[i]) : out.null();
  }
}

void add_section(Lines& lines, const report::Section& section) {
  const auto in_section = [&section](JsonWriter& out) {
    out.key("section");
    out.string(section.id);
  };
  lines.add("metrics", [&](JsonWriter& out) {
    in_section(out);
    write_section_head_members(out, section);
  });
  for (const report::Table& table : section.tables) {
    for (const auto& row : table.rows) {
      lines.add(table.id, [&](JsonWriter& out) {
        in_section(out);
        write_columns(out, table, row);
      });
    }
  }
}

}  // namespace

std::string render_ndjson(const report::Report& report, const RenderOptions& options) {
  Lines lines(report);
  lines.add("run", [&](JsonWriter& out) { write_run_members(out, report); });
  for (const report::Finding& finding : report.findings)
    lines.add("finding",
              [&](JsonWriter& out) { write_finding_members(out, finding, write_typed_evidence); });
  if (options.summary_only) return lines.take();
  for (const report::Section& section : report.sections) add_section(lines, section);
  return lines.take();
}

}  // namespace debug_process::render
