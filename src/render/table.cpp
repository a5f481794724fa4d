// SPDX-License-Identifier: Apache-2.0
#include "render/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "render/escape.h"
#include "render/unicode.h"
#include "render/value_text.h"

namespace debug_process::render {
namespace {

constexpr unsigned kGap = 2;
constexpr unsigned kLeastElastic = 16;  // below it a path tells nothing

using Row = std::vector<report::Value>;

struct TextColumn {
  std::string heading;
  Align align = Align::left;
  bool elastic = false;
  unsigned width = 0;
  std::vector<std::string> cells;
};

TextColumn make_column(const report::Column& column, std::size_t index, std::span<const Row> rows) {
  TextColumn made{escape_for_terminal(column.heading), Align::left, column.elastic, 0, {}};
  made.width = display_width(made.heading);
  for (const Row& row : rows) {
    if (index >= row.size()) continue;
    if (!report::is_unknown(row[index])) made.align = alignment(row[index]);
    made.cells.push_back(value_text(row[index]));
    made.width = std::max(made.width, display_width(made.cells.back()));
  }
  return made;
}

// Whether a column is shown does not depend on --top: all rows are asked.
std::vector<TextColumn> make_columns(const report::Table& table, std::size_t shown_rows) {
  const std::span<const Row> rows(table.rows);
  std::vector<TextColumn> columns;
  for (const std::size_t i : shown_columns(table)) {
    columns.push_back(make_column(table.columns[i], i, rows.first(shown_rows)));
  }
  return columns;
}

unsigned total_width(const std::vector<TextColumn>& columns) {
  unsigned total = 0;
  for (const TextColumn& column : columns) total += column.width + kGap;
  return total == 0 ? 0 : total - kGap;
}

unsigned least_width(const TextColumn& column) {
  return std::min(column.width, std::max(kLeastElastic, display_width(column.heading)));
}

enum class Shrink { elastic_columns, all_words };

// Takes from the widest such column, a terminal column at a time, until all fits or none can give.
void shrink(std::vector<TextColumn>& columns, Shrink which, unsigned width) {
  const auto may_give = [which](const TextColumn& column) {
    const bool asked = which == Shrink::all_words ? column.align == Align::left : column.elastic;
    return asked && column.width > least_width(column);
  };
  unsigned total = total_width(columns);
  while (total > width) {
    TextColumn* widest = nullptr;
    for (TextColumn& column : columns) {
      if (!may_give(column)) continue;
      if (widest == nullptr || column.width > widest->width) widest = &column;
    }
    if (widest == nullptr) return;
    --widest->width;
    --total;
  }
}

// Elastic columns are what a row is about: the others go first, from the right. The first column
// always stays.
std::vector<std::string> drop_columns(std::vector<TextColumn>& columns, unsigned width) {
  std::vector<std::string> dropped;
  while (columns.size() > 1 && total_width(columns) > width) {
    auto victim = std::find_if(columns.rbegin(), columns.rend() - 1,
                               [](const TextColumn& column) { return !column.elastic; });
    if (victim == columns.rend() - 1) victim = columns.rbegin();
    dropped.insert(dropped.begin(), victim->heading);
    columns.erase(std::next(victim).base());
  }
  return dropped;
}

// With fewer columns there may be room again for those that had to give.
void grow(std::vector<TextColumn>& columns, unsigned width) {
  for (TextColumn& column : columns) {
    unsigned wanted = display_width(column.heading);
    for (const std::string& cell : column.cells) wanted = std::max(wanted, display_width(cell));
    const unsigned total = total_width(columns);
    const unsigned room = total < width ? width - total : 0;
    if (wanted > column.width) column.width += std::min(wanted - column.width, room);
  }
}

void append_cells(std::string& out, const std::vector<TextColumn>& columns, const Style* heading,
                  std::size_t row) {
  std::string line;
  for (const TextColumn& column : columns) {
    const std::string& cell = heading != nullptr ? column.heading : column.cells[row];
    if (!line.empty()) line += std::string(kGap, ' ');
    line += pad(elide_middle(cell, column.width), column.width, column.align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += heading != nullptr ? heading->dim(line) : line;
  out += '\n';
}

void append_notes(std::string& out, const std::vector<std::string>& notes, const Style& style,
                  unsigned width) {
  for (const std::string& note : notes) {
    for (const std::string& line : wrap(note, width)) out += style.dim(line) + '\n';
  }
}

}  // namespace

std::vector<std::size_t> shown_columns(const report::Table& table) {
  const auto known_in = [](std::size_t index) {
    return
        [index](const Row& row) { return index < row.size() && !report::is_unknown(row[index]); };
  };
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].show == report::Show::json_only) continue;
    if (std::any_of(table.rows.begin(), table.rows.end(), known_in(i))) shown.push_back(i);
  }
  return shown;
}

void append_table(std::string& out, const report::Table& table, std::size_t top, const Style& style,
                  unsigned width) {
  if (table.rows.empty() && table.when_empty.empty()) return;
  const std::size_t shown = top == 0 ? table.rows.size() : std::min(top, table.rows.size());
  std::vector<TextColumn> columns = make_columns(table, shown);
  if (!table.rows.empty() && columns.empty()) return;  // all of it is for JSON only, or unknown
  if (!table.title.empty()) {
    for (const std::string& line : wrap(escape_for_terminal(table.title) + ":", width)) {
      out += style.bold(line) + '\n';
    }
  }
  if (table.rows.empty()) {
    append_notes(out, {escape_for_terminal(table.when_empty)}, style, width);
    return;
  }

  shrink(columns, Shrink::elastic_columns, width);
  shrink(columns, Shrink::all_words, width);
  const std::vector<std::string> dropped = drop_columns(columns, width);
  grow(columns, width);

  append_cells(out, columns, &style, 0);
  for (std::size_t row = 0; row < shown; ++row) append_cells(out, columns, nullptr, row);

  std::vector<std::string> notes;
  if (shown < table.rows.size()) {
    notes.push_back(
        fmt::format("... {} more (--top 0 shows all)", format_count(table.rows.size() - shown)));
  }
  if (!dropped.empty()) {
    notes.push_back(fmt::format("(too narrow for: {})", fmt::join(dropped, ", ")));
  }
  append_notes(out, notes, style, width);
}

}  // namespace debug_process::render
