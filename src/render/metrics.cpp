// SPDX-License-Identifier: Apache-2.0
#include "render/metrics.h"

#include <algorithm>
#include <span>

#include "render/escape.h"
#include "render/unicode.h"
#include "render/value_text.h"

namespace debug_process::render {
namespace {

constexpr unsigned kGap = 4;           // between two pairs
constexpr unsigned kLabelGap = 2;      // between a label and its value
constexpr unsigned kLongestCell = 30;  // a longer pair has a line of its own
constexpr std::size_t kMostColumns = 5;
constexpr unsigned kMostLines = 3;  // of one value; the middle of what is longer still gives way

struct Pair {
  std::string label;
  std::string value;
  [[nodiscard]] unsigned width() const {
    return display_width(label) + kLabelGap + display_width(value);
  }
};

// One column of the grid: labels and values are aligned within it.
struct GridColumn {
  unsigned label = 0;
  unsigned value = 0;
};

std::vector<GridColumn> measure(std::span<const Pair> pairs, std::size_t columns) {
  std::vector<GridColumn> grid(columns);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    GridColumn& column = grid[i % columns];
    column.label = std::max(column.label, display_width(pairs[i].label));
    column.value = std::max(column.value, display_width(pairs[i].value));
  }
  return grid;
}

unsigned total_width(const std::vector<GridColumn>& grid) {
  unsigned total = 0;
  for (const GridColumn& column : grid) total += column.label + kLabelGap + column.value + kGap;
  return total - kGap;
}

void append_grid(std::string& out, std::span<const Pair> pairs, const Style& style,
                 unsigned width) {
  if (pairs.empty()) return;
  std::size_t columns = std::min(pairs.size(), kMostColumns);
  std::vector<GridColumn> grid = measure(pairs, columns);
  while (columns > 1 && total_width(grid) > width) grid = measure(pairs, --columns);

  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const GridColumn& column = grid[i % columns];
    const bool last = i % columns + 1 == columns || i + 1 == pairs.size();
    out += style.dim(pad(pairs[i].label, column.label + kLabelGap, Align::left));
    out += last ? pairs[i].value : pad(pairs[i].value, column.value + kGap, Align::left);
    if (last) out += '\n';
  }
}

// A sentence or a path that is longer than a line is broken: what is left out could be the point.
std::vector<std::string> lines_of(const std::string& value, unsigned width) {
  if (display_width(value) <= width) return {value};
  std::vector<std::string> lines;
  // Lines that break at spaces are not full.
  for (unsigned room = kMostLines * width; room >= width; room -= width / 4) {
    lines = wrap(elide_middle(value, room), width);
    if (lines.size() <= kMostLines) break;
  }
  return lines;
}

}  // namespace

void append_metrics(std::string& out, const std::vector<report::Metric>& metrics,
                    const Style& style, unsigned width) {
  std::vector<Pair> short_ones;
  std::vector<Pair> long_ones;
  unsigned widest_label = 0;  // of the long ones
  for (const report::Metric& metric : metrics) {
    if (metric.label.empty()) continue;
    Pair pair{escape_for_terminal(metric.label), value_text(metric.value)};
    if (pair.width() <= kLongestCell) {
      short_ones.push_back(std::move(pair));
    } else {
      widest_label = std::max(widest_label, std::min(display_width(pair.label), width / 2));
      long_ones.push_back(std::move(pair));
    }
  }
  append_grid(out, short_ones, style, width);
  for (const Pair& pair : long_ones) {
    const unsigned indent = widest_label + kLabelGap;
    std::string before =
        style.dim(pad(elide_middle(pair.label, widest_label), indent, Align::left));
    for (const std::string& line : lines_of(pair.value, width - indent)) {
      out += before + line + '\n';
      before.assign(indent, ' ');
    }
  }
}

}  // namespace debug_process::render
