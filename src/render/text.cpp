// SPDX-License-Identifier: Apache-2.0
#include "render/text.h"

#include <algorithm>

#include "render/escape.h"
#include "render/layout.h"
#include "render/metrics.h"
#include "render/summary.h"
#include "render/table.h"

namespace debug_process::render {
namespace {

// Wider lines are hard to follow, and narrower ones hold no table.
constexpr unsigned kNarrowest = 40;
constexpr unsigned kWidest = 100;

void append_heading(std::string& out, const report::Section& section, const Style& style,
                    unsigned width) {
  const std::string title = escape_for_terminal(section.title);
  if (section.status == report::Status::complete) {
    out += style.bold("== " + title + " ==") + '\n';
    return;
  }
  const std::string status = report::to_string(section.status);
  out += style.bold("== " + title + " (" + status + ") ==") + '\n';
  const std::string prefix = "why " + status + ": ";
  for (const std::string& line : wrap_after(prefix, escape_for_terminal(section.reason), width)) {
    out += style.yellow(line) + '\n';
  }
}

bool knows_any(const report::Section& section) {
  return std::any_of(
      section.metrics.begin(), section.metrics.end(),
      [](const report::Metric& metric) { return !report::is_unknown(metric.value); });
}

void append_section(std::string& out, const report::Section& section, const RenderOptions& options,
                    const Style& style, unsigned width) {
  append_heading(out, section, style, width);
  const bool unavailable = section.status == report::Status::unavailable;
  const std::size_t below_heading = out.size();
  const bool reason_above = section.status != report::Status::complete;
  if (!unavailable || knows_any(section)) append_metrics(out, section.metrics, style, width);
  for (const report::Table& table : section.tables) {
    // "No sockets" would be a lie where nobody could look.
    if (unavailable && table.rows.empty()) continue;
    std::string text;
    append_table(text, table, options.top, style, width);
    if (!text.empty() && (reason_above || out.size() > below_heading)) out += '\n';
    out += text;
  }
}

}  // namespace

std::string render_text(const report::Report& report, const RenderOptions& options) {
  const unsigned width = std::clamp(options.width, kNarrowest, kWidest);
  const Style style(options.color);
  std::string out;
  append_summary(out, report, style, width);
  append_findings(out, report, style, width);
  if (options.summary_only) return out;
  append_collection(out, report, style, width);
  for (const report::Section& section : report.sections) {
    out += '\n';
    append_section(out, section, options, style, width);
  }
  return out;
}

}  // namespace debug_process::render
