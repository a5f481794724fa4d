// What the diagnosis says of one and not of the other.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "compare/context.h"
#include "compare/events.h"
#include "compare/lookup.h"

namespace debug_process::compare {
namespace {

using namespace std::chrono_literals;

// The rules look at no shorter window.
constexpr std::chrono::nanoseconds kShortestWindow = 2s;
// Others on the machine are the cause.
constexpr std::string_view kRuleOfOthers = "cpu-starvation";

const report::Finding* finding_of(const report::Report& report, const report::Finding& like) {
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(),
                   [&](const report::Finding& each) { return each.rule == like.rule; });
  return found == report.findings.end() ? nullptr : &*found;
}

// What a finding cites, in the other report: "<section>.<key>" or
// "<section>.<table>[<row>].<column>".
std::optional<double> number_cited(const report::Report& report, const std::string& metric) {
  const std::size_t dot = metric.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const std::string section = metric.substr(0, dot);
  const std::size_t open = metric.find('[', dot);
  if (open == std::string::npos) return number_at(report, section, metric.substr(dot + 1));
  const std::size_t close = metric.rfind("].");
  if (close == std::string::npos || close < open) return std::nullopt;
  const std::string table = metric.substr(dot + 1, open - dot - 1);
  const std::string wanted = metric.substr(open + 1, close - open - 1);
  const std::string column = metric.substr(close + 2);
  const Rows rows(report, section, table);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string call = rows.text(i, "syscall");
    if (!call.empty() && (call == wanted || call + " " + rows.text(i, "errno") == wanted))
      return rows.number(i, column);
  }
  return std::nullopt;
}

// The numbers behind it are much the same in the other report: there they were just short of a
// threshold.
bool is_near_threshold(const report::Finding& finding, const report::Report& other) {
  bool known = false;
  for (const report::Evidence& item : finding.evidence) {
    const auto here = number_of(&item.value);
    if (!here) continue;
    const auto there = number_cited(other, item.metric);
    if (!there) return false;
    known = true;
    const double change = factor(*there, *here);
    if (change >= kLeastChange || change <= 1 / kLeastChange) return false;
  }
  return known;
}

Difference appearance(const report::Finding& finding, bool appeared) {
  Difference difference;
  difference.key = fmt::format("findings[{}]", finding.rule);
  difference.what = fmt::format("finding: {}", finding.title);
  const report::Value severity = std::string(report::to_string(finding.severity));
  const report::Value none = std::string("not found");
  difference.before = appeared ? none : severity;
  difference.after = appeared ? severity : none;
  difference.change = appeared ? factor(0, 1) : 0;
  difference.bad = Bad::more;
  difference.large = finding.severity >= report::Severity::warning;
  for (const report::Evidence& item : finding.evidence) difference.told_by.push_back(item.metric);
  return difference;
}

void ask_side(Context& context, bool appeared, std::vector<Difference>& differences) {
  const report::Report& with = appeared ? context.new_report : context.old_report;
  const report::Report& without = appeared ? context.old_report : context.new_report;
  for (const report::Finding& finding : with.findings) {
    if (finding_of(without, finding) != nullptr) continue;
    if (finding.rule == kRuleOfOthers) {
      context.warnings.push_back(
          fmt::format("{} only: {}", appeared ? context.names.new_name : context.names.old_name,
                      finding.title));
      continue;
    }
    Difference difference = appearance(finding, appeared);
    if (is_near_threshold(finding, without)) difference.large = false;
    differences.push_back(std::move(difference));
  }
}

}  // namespace

void ask_findings(Context& context, std::vector<Difference>& differences) {
  if (context.old_report.run.window < kShortestWindow ||
      context.new_report.run.window < kShortestWindow)
    return;
  ask_side(context, true, differences);
  ask_side(context, false, differences);
}

}  // namespace debug_process::compare
