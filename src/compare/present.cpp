// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <variant>

#include "compare/compare.h"
#include "compare/lookup.h"

namespace debug_process::compare {
namespace {

using report::Show;
using report::Value;

// In the line of the summary.
constexpr std::size_t kMostInALine = 3;

struct InWords {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(std::uint64_t number) const { return format_count(number); }
  std::string operator()(Ratio ratio) const { return format_ratio(ratio); }
  std::string operator()(Rate rate) const { return format_rate(rate); }
  std::string operator()(std::chrono::nanoseconds duration) const {
    return format_duration(duration);
  }
  std::string operator()(Bytes bytes) const { return format_bytes(bytes); }
  std::string operator()(const std::string& text) const { return text; }
  template <typename Other>
  std::string operator()(const Other& /*value*/) const {
    return "-";
  }
};

// Rates of bytes are bytes to people.
std::string words(const Difference& difference, const Value& value) {
  const auto* const rate = std::get_if<Rate>(&value);
  if (rate != nullptr && difference.key.ends_with("_bytes"))
    return format_bytes({whole(rate->value)}) + "/s";
  return std::visit(InWords{}, value);
}

std::string change_text(const Difference& difference) {
  if (std::isinf(difference.change)) return "new";
  if (difference.change == 0) return "gone";
  if (difference.change >= 100) return fmt::format("x{:.0f}", difference.change);
  if (difference.change >= 0.095) return fmt::format("x{:.2g}", difference.change);
  return fmt::format("x{:.1g}", difference.change);
}

std::string chance_text(double chance) {
  return chance < 0.001 ? "<0.001" : fmt::format("{:.3f}", chance);
}

template <typename Unit>
Value if_unit(const Value& value) {
  return std::holds_alternative<Unit>(value) ? value : Value();
}

// Numbers beside the words, each under its unit's ending.
void append_numbers(const Value& value, std::vector<Value>& cells) {
  cells.push_back(if_unit<Rate>(value));
  cells.push_back(if_unit<std::chrono::nanoseconds>(value));
  cells.push_back(if_unit<Bytes>(value));
  cells.push_back(if_unit<Ratio>(value));
  cells.push_back(if_unit<std::uint64_t>(value));
}

std::string why(const Difference& difference) {
  if (difference.detail.empty()) return difference.why;
  return difference.why.empty() ? difference.detail
                                : fmt::format("{}; {}", difference.why, difference.detail);
}

std::vector<report::Column> columns(Show show) {
  return {{"verdict", "Verdict", show},
          {"what", "What", show, true},
          {"old", "Old", show},
          {"new", "New", show},
          {"change", "Change", show},
          {"p", "P", show},
          {"why", "Why", show, true},
          {"key", "", Show::json_only},
          {"change_ratio", "", Show::json_only},
          {"p_ratio", "", Show::json_only},
          {"old_per_s", "", Show::json_only},
          {"old_ns", "", Show::json_only},
          {"old_bytes", "", Show::json_only},
          {"old_ratio", "", Show::json_only},
          {"old_count", "", Show::json_only},
          {"new_per_s", "", Show::json_only},
          {"new_ns", "", Show::json_only},
          {"new_bytes", "", Show::json_only},
          {"new_ratio", "", Show::json_only},
          {"new_count", "", Show::json_only}};
}

void append_row(const Difference& difference, report::Table& table) {
  const bool finite = std::isfinite(difference.change);
  std::vector<Value> cells = {std::string(to_string(difference.verdict)),
                              difference.what,
                              words(difference, difference.before),
                              words(difference, difference.after),
                              change_text(difference),
                              difference.chance ? Value(chance_text(*difference.chance)) : Value(),
                              why(difference),
                              difference.key,
                              finite ? Value(Ratio{difference.change}) : Value(),
                              difference.chance ? Value(Ratio{*difference.chance}) : Value()};
  append_numbers(difference.before, cells);
  append_numbers(difference.after, cells);
  table.rows.push_back(std::move(cells));
}

std::uint64_t count_of(const Comparison& comparison, Verdict verdict) {
  return comparison.count(verdict);
}

report::Table warnings_table(const Comparison& comparison) {
  report::Table table{"warnings", "", {{"warning", "", Show::json_only}}, {}, {}};
  for (const std::string& warning : comparison.warnings) table.rows.push_back({warning});
  return table;
}

std::string capture_text(const std::string& name, const report::Report& report) {
  return fmt::format("{}: {}, pid {} on {}, {} from {}", name,
                     fmt::join(report.target.command, " "), report.target.pid, report.run.host,
                     format_duration(report.run.window), format_time(report.run.started_at));
}

}  // namespace

report::Report as_report(const Comparison& comparison, const report::Report& old_report,
                         const report::Report& new_report) {
  report::Report report;
  report.tool_version = new_report.tool_version;
  report.run = new_report.run;
  report.target = new_report.target;
  report.collection = new_report.collection;
  report.summary = {{"Old", capture_text(comparison.names.old_name, old_report)},
                    {"New", capture_text(comparison.names.new_name, new_report)},
                    {"Comparison", summarize(comparison)}};
  report.sections = {present(comparison)};
  return report;
}

report::Section present(const Comparison& comparison) {
  report::Section section;
  section.id = kSection;
  section.title = fmt::format("Comparison: {} against {}", comparison.names.new_name,
                              comparison.names.old_name);
  // Read before the numbers: each may be their reason.
  if (!comparison.warnings.empty()) {
    section.status = report::Status::partial;
    section.reason = fmt::format("{}", fmt::join(comparison.warnings, "; "));
  }
  section.metrics = {{"old", comparison.names.old_name, "Old"},
                     {"new", comparison.names.new_name, "New"},
                     {"worse", count_of(comparison, Verdict::worse), "Worse"},
                     {"changed", count_of(comparison, Verdict::changed), "Changed"},
                     {"better", count_of(comparison, Verdict::better), "Better"},
                     {"same", count_of(comparison, Verdict::same), "Same"},
                     {"cannot_tell", count_of(comparison, Verdict::cannot_tell), "Cannot tell"},
                     {"explained", count_of(comparison, Verdict::explained), ""},
                     {"tested", std::uint64_t{comparison.differences.size()}, ""}};
  report::Table found{
      "differences", "", columns(Show::everywhere), {}, "No difference that matters."};
  report::Table others{"others", "", columns(Show::json_only), {}, {}};
  for (const Difference& difference : comparison.differences)
    append_row(difference, difference.found() ? found : others);
  section.tables = {std::move(found), std::move(others), warnings_table(comparison)};
  return section;
}

std::string summarize(const Comparison& comparison) {
  if (!comparison.found_any()) {
    const std::size_t open = comparison.count(Verdict::cannot_tell);
    return open == 0 ? "no difference that matters"
                     : fmt::format("no difference that matters; {} cannot be told", open);
  }
  std::string text;
  for (const Verdict verdict : {Verdict::worse, Verdict::changed, Verdict::better})
    if (const std::size_t number = comparison.count(verdict); number > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, to_string(verdict));
  std::size_t shown = 0;
  for (const Difference& difference : comparison.differences) {
    if (!difference.found()) continue;
    if (shown == kMostInALine) {
      text += "; ...";
      break;
    }
    text +=
        fmt::format("{}{} {}", shown == 0 ? ": " : "; ", difference.what, change_text(difference));
    ++shown;
  }
  if (const std::size_t open = comparison.count(Verdict::cannot_tell); open > 0)
    text += fmt::format("; {} cannot be told", open);
  return text;
}

}  // namespace debug_process::compare
