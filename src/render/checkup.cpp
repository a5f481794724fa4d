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

using Json = nlohmann::ordered_json;

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

Json remedies_json(const std::vector<report::Remedy>& remedies) {
  Json out = Json::array();
  for (const report::Remedy& remedy : remedies) {
    Json commands = Json::array();
    for (const std::string& command : remedy.commands)
      commands.push_back(escape_invalid_utf8(command));
    out.push_back({{"title", escape_invalid_utf8(remedy.title)},
                   {"explanation", escape_invalid_utf8(remedy.explanation)},
                   {"commands", std::move(commands)}});
  }
  return out;
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
  Json sections = Json::object();
  for (const report::Section& section : checkup.sections)
    sections[section.id] = section_json(section);
  Json doctor = {{"verdict", escape_invalid_utf8(checkup.verdict)},
                 {"backend", nullptr},
                 {"pid", nullptr},
                 {"subject", escape_invalid_utf8(checkup.subject)},
                 {"host", escape_invalid_utf8(checkup.host)},
                 {"kernel", escape_invalid_utf8(checkup.kernel)},
                 {"arch", escape_invalid_utf8(checkup.arch)},
                 {"remedies", remedies_json(checkup.remedies)}};
  if (checkup.backend) doctor["backend"] = *checkup.backend;
  if (checkup.pid) doctor["pid"] = *checkup.pid;
  const Json document = {{"schema_version", report::kSchemaVersion},
                         {"tool", {{"name", "debug-process"}, {"version", checkup.tool_version}}},
                         {"doctor", std::move(doctor)},
                         {"sections", std::move(sections)}};
  return escape_json_document(document.dump(2)) + '\n';
}

}  // namespace debug_process::render
