// SPDX-License-Identifier: Apache-2.0
#include "render/checkup.h"

#include <fmt/format.h>

#include <algorithm>

#include "render/escape.h"
#include "render/json_parts.h"
#include "render/layout.h"
#include "render/unicode.h"
#include "render/value_text.h"

namespace debug_process::render {
namespace {

constexpr unsigned kNarrowest = 40;
constexpr unsigned kWidest = 100;
constexpr unsigned kGap = 2;
constexpr unsigned kWidestWords = 34;  // of a column that is not the last: the prose needs the room

void append_lines(std::string& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out += line + '\n';
}

// Commands are neither wrapped nor escaped into something else: they are ours, and to be pasted.
void append_remedies(std::string& out, const report::Checkup& checkup, const Style& style,
                     unsigned width) {
  std::size_t number = 0;
  for (const report::Remedy& remedy : checkup.remedies) {
    out += '\n';
    const std::string prefix = fmt::format("{}. ", ++number);
    for (const std::string& line : wrap_after(prefix, escape_for_terminal(remedy.title), width))
      out += style.bold(line) + '\n';
    if (!remedy.explanation.empty())
      append_lines(out, wrap_after("   ", escape_for_terminal(remedy.explanation), width));
    for (const std::string& command : remedy.commands)
      out += "       " + escape_for_terminal(command) + '\n';
  }
}

// What is shown of a table: headings first, then each row.
std::vector<std::vector<std::string>> shown_cells(const report::Table& table) {
  std::vector<std::vector<std::string>> lines(table.rows.size() + 1);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].show == report::Show::json_only) continue;
    lines[0].push_back(escape_for_terminal(table.columns[i].heading));
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      lines[row + 1].push_back(value_text(table.rows[row][i]));
  }
  return lines;
}

void append_prose_table(std::string& out, const report::Table& table, const Style& style,
                        unsigned width) {
  const auto lines = shown_cells(table);
  const std::size_t columns = lines.front().size();
  if (columns == 0) return;
  std::vector<unsigned> widths(columns, 0);
  for (const auto& line : lines)
    for (std::size_t i = 0; i + 1 < columns; ++i)
      widths[i] = std::min(std::max(widths[i], display_width(line[i])), kWidestWords);
  for (const auto& line : lines) {
    std::string prefix;
    for (std::size_t i = 0; i + 1 < columns; ++i)
      prefix += pad(elide_middle(line[i], widths[i]), widths[i] + kGap, Align::left);
    auto wrapped = wrap_after(prefix, line.back(), width);
    if (wrapped.empty()) wrapped.push_back(prefix);
    for (std::string& text : wrapped) {
      text.erase(text.find_last_not_of(' ') + 1);
      out += (&line == &lines.front() ? style.dim(text) : text) + '\n';
    }
  }
}

void write_text(JsonWriter& out, std::string_view key, std::string_view text) {
  out.key(key);
  out.string(text);
}

void write_remedies(JsonWriter& out, const std::vector<report::Remedy>& remedies) {
  out.begin_array();
  for (const report::Remedy& remedy : remedies) {
    out.begin_object();
    write_text(out, "title", remedy.title);
    write_text(out, "explanation", remedy.explanation);
    out.key("commands");
    write_value(out, remedy.commands);
    out.end_object();
  }
  out.end_array();
}

void write_doctor(JsonWriter& out, const report::Checkup& checkup) {
  out.begin_object();
  write_text(out, "verdict", checkup.verdict);
  out.key("backend");
  checkup.backend ? out.string(*checkup.backend) : out.null();
  out.key("pid");
  checkup.pid ? out.number(*checkup.pid) : out.null();
  write_text(out, "subject", checkup.subject);
  write_text(out, "host", checkup.host);
  write_text(out, "kernel", checkup.kernel);
  write_text(out, "arch", checkup.arch);
  out.key("remedies");
  write_remedies(out, checkup.remedies);
  out.end_object();
}

}  // namespace

std::string render_checkup_text(const report::Checkup& checkup, const RenderOptions& options) {
  const unsigned width = std::clamp(options.width, kNarrowest, kWidest);
  const Style style(options.color);
  std::string out;
  for (const std::string& line : wrap(escape_for_terminal(checkup.verdict), width))
    out += style.bold(line) + '\n';
  append_remedies(out, checkup, style, width);
  out += '\n';
  append_lines(out, wrap_after("Tried on: ", escape_for_terminal(checkup.subject), width));
  for (const report::Section& section : checkup.sections) {
    out += '\n' + style.bold("== " + escape_for_terminal(section.title) + " ==") + '\n';
    for (const report::Table& table : section.tables) append_prose_table(out, table, style, width);
  }
  return out;
}

std::string render_checkup_json(const report::Checkup& checkup) {
  JsonWriter out(JsonLayout::lines);
  out.begin_object();
  out.key("schema_version");
  out.number(report::kSchemaVersion);
  out.key("tool");
  write_tool(out, checkup.tool_version);
  out.key("doctor");
  write_doctor(out, checkup);
  out.key("sections");
  write_sections(out, checkup.sections);
  out.end_object();
  out.end_document();
  return out.take();
}

}  // namespace debug_process::render
