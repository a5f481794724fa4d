// SPDX-License-Identifier: Apache-2.0
#include "render/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "render/escape.h"
#include "render/layout.h"
#include "render/markdown_text.h"
#include "render/summary.h"
#include "render/table.h"
#include "render/unicode.h"
#include "render/value_text.h"

namespace debug_process::render {
namespace {

using report::Report;

constexpr unsigned kLongestLine = 400;  // of the summary: a command can have 2 MiB
constexpr unsigned kLongestCell = 72;

// Where a section has one of the tables, that one; the first that has something to show.
struct Choice {
  std::string_view section;
  std::array<std::string_view, 2> tables;
};

constexpr std::array<Choice, 7> kChoices{{{"syscalls", {"syscalls", "time_by_place"}},
                                          {"errors", {"objects", "errors"}},
                                          {"threads", {"threads", ""}},
                                          {"sockets", {"established_by_peer", ""}},
                                          {"sockets", {"listening", ""}},
                                          {"files", {"files", ""}},
                                          {"memory", {"categories", ""}}}};

std::string shortened(std::string_view text, unsigned width) {
  return elide_middle(escape_for_terminal(text), width);
}

std::string join(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ", "));
}

// Numbers are ours; all words may be the target's.
std::string value_markdown(const report::Value& value, Place place) {
  if (const auto* text = std::get_if<std::string>(&value))
    return markdown_value(shortened(*text, kLongestCell), place);
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
    return markdown_value(shortened(join(*texts), kLongestCell), place);
  return value_text(value);
}

void append_summary(std::string& out, const Report& report) {
  for (const report::SummaryLine& line : report.summary) {
    out += fmt::format("- **{}:** {}\n", markdown_prose(line.label),
                       markdown_value(shortened(line.text, kLongestLine), Place::line));
  }
}

void append_finding(std::string& out, const report::Finding& finding) {
  out += fmt::format("- **{}:** {}\n", report::to_string(finding.severity),
                     markdown_prose(finding.title));
  if (!finding.explanation.empty())
    out += fmt::format("  - Why: {}\n", markdown_prose(finding.explanation));
  std::vector<std::string> evidence;
  for (const report::Evidence& item : finding.evidence) {
    evidence.push_back(fmt::format("{} = {}", markdown_code(item.metric, Place::line),
                                   value_markdown(item.value, Place::line)));
  }
  if (!evidence.empty()) out += fmt::format("  - Evidence: {}\n", fmt::join(evidence, "; "));
  if (!finding.next_step.empty())
    out += fmt::format("  - Next: {}\n", markdown_advice(finding.next_step));
}

// What is not in the report, and how it was made.
void append_collection(std::string& out, const Report& report) {
  out += fmt::format("\nWatched: {}. Cost: {}.\n", markdown_prose(watched_text(report)),
                     markdown_prose(cost_text(report)));
  std::string gaps;
  if (const std::string lost = lost_text(report); !lost.empty())
    gaps += fmt::format("- **Lost:** {}\n", markdown_prose(lost));
  for (const report::Section& section : report.sections) {
    if (section.status == report::Status::complete) continue;
    gaps += fmt::format("- **{} ({}):** {}\n", markdown_prose(section.title),
                        report::to_string(section.status), markdown_prose(section.reason));
  }
  for (const std::string& note : report.collection.notes)
    gaps += fmt::format("- **Note:** {}\n", markdown_prose(note));
  if (!gaps.empty()) out += '\n' + gaps;
}

struct Cells {
  Align align = Align::left;
  unsigned width = 0;
  std::vector<std::string> texts;  // the heading first

  void add(std::string text) {
    width = std::max(width, display_width(text));
    texts.push_back(std::move(text));
  }
};

Cells make_cells(const report::Table& table, std::size_t column, std::size_t rows) {
  constexpr unsigned kNarrowest = 3;  // "---"
  Cells cells;
  cells.width = kNarrowest;
  cells.add(markdown_value(table.columns[column].heading, Place::cell));
  for (const auto& row : std::span(table.rows).first(rows)) {
    const report::Value value = column < row.size() ? row[column] : report::Value();
    if (!report::is_unknown(value)) cells.align = alignment(value);
    cells.add(value_markdown(value, Place::cell));
  }
  return cells;
}

std::string delimiter(const Cells& cells) {
  std::string line(cells.width, '-');
  if (cells.align == Align::right) line.back() = ':';
  return line;
}

void append_table(std::string& out, const report::Table& table, std::size_t top) {
  const std::size_t rows = top == 0 ? table.rows.size() : std::min(top, table.rows.size());
  std::vector<Cells> columns;
  for (const std::size_t column : shown_columns(table))
    columns.push_back(make_cells(table, column, rows));
  for (std::size_t line = 0; line <= rows; ++line) {
    for (const Cells& cells : columns)
      out += fmt::format("| {} ", pad(cells.texts[line], cells.width, cells.align));
    out += "|\n";
    if (line > 0) continue;
    for (const Cells& cells : columns) out += fmt::format("| {} ", delimiter(cells));
    out += "|\n";
  }
  if (rows < table.rows.size())
    out += fmt::format("\n{} more (`--top 0` shows all)\n", format_count(table.rows.size() - rows));
}

const report::Table* choose(const report::Section& section, const Choice& choice) {
  for (const std::string_view id : choice.tables) {
    for (const report::Table& table : section.tables)
      if (table.id == id && !shown_columns(table).empty()) return &table;
  }
  return nullptr;
}

void append_tables(std::string& out, const Report& report, std::size_t top) {
  for (const Choice& choice : kChoices) {
    for (const report::Section& section : report.sections) {
      if (section.id != choice.section) continue;
      const report::Table* const table = choose(section, choice);
      if (table == nullptr) continue;
      const std::string title =
          table->title.empty() ? section.title : section.title + ": " + table->title;
      out += fmt::format("\n### {}\n\n", markdown_prose(title));
      append_table(out, *table, top);
    }
  }
}

}  // namespace

std::string render_markdown(const Report& report, const RenderOptions& options) {
  std::string out;
  append_summary(out, report);
  if (!report.findings.empty()) out += "\n### Findings\n\n";
  for (const report::Finding& finding : report.findings) append_finding(out, finding);
  if (options.summary_only) return out;
  append_collection(out, report);
  append_tables(out, report, options.top);
  return out;
}

}  // namespace debug_process::render
