// What holds for every Report, whoever made it. Returns one sentence for each breach:
// EXPECT_THAT(..., IsEmpty()). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace debug_process::testing_support {

// The ending that a key must have for its value's unit; empty where none may be there.
struct RequiredSuffix {
  std::string_view operator()(const Ratio&) const { return "_ratio"; }
  std::string_view operator()(const Rate&) const { return "_per_s"; }
  std::string_view operator()(const std::chrono::nanoseconds&) const { return "_ns"; }
  std::string_view operator()(const Bytes&) const { return "_bytes"; }
  template <typename Unitless>
  std::string_view operator()(const Unitless&) const {
    return "";
  }
};

inline std::string_view unit_suffix(std::string_view key) {
  static constexpr std::array<std::string_view, 4> kSuffixes{"_ratio", "_per_s", "_ns", "_bytes"};
  for (const std::string_view suffix : kSuffixes) {
    if (key.ends_with(suffix)) return suffix;
  }
  return "";
}

// Keys whose value is a number without a unit of ours, though it has decimals.
inline bool is_bare_number(std::string_view key) {
  return key.starts_with("load");
}

class InvariantChecker {
 public:
  [[nodiscard]] std::vector<std::string> check(const report::Report& report) {
    std::set<std::string> sections;
    for (const report::Section& section : report.sections) {
      require(sections.insert(section.id).second, section.id + ": section twice");
      check_section(section);
    }
    for (const report::Finding& finding : report.findings) check_finding(finding);
    for (std::size_t i = 1; i < report.findings.size(); ++i) {
      require(report.findings[i - 1].severity >= report.findings[i].severity,
              report.findings[i].rule + ": findings are not sorted by severity");
    }
    return breaches_;
  }

 private:
  void require(bool holds, std::string breach) {
    if (!holds) breaches_.push_back(std::move(breach));
  }

  void check_value(const std::string& where, std::string_view key, const report::Value& value) {
    if (report::is_unknown(value) || is_bare_number(key)) return;
    require(unit_suffix(key) == std::visit(RequiredSuffix{}, value),
            where + ": the key's ending is not its value's unit");
  }

  void check_section(const report::Section& section) {
    require(!section.id.empty() && !section.title.empty(), section.id + ": no id or title");
    require((section.status == report::Status::complete) == section.reason.empty(),
            section.id + ": a reason belongs to what is not complete, and only to that");
    std::set<std::string> keys;
    for (const report::Metric& metric : section.metrics) {
      const std::string where = section.id + "." + metric.key;
      require(keys.insert(metric.key).second, where + ": metric twice");
      check_value(where, metric.key, metric.value);
    }
    std::set<std::string> tables;
    for (const report::Table& table : section.tables) {
      require(tables.insert(table.id).second, section.id + "." + table.id + ": table twice");
      check_table(section.id + "." + table.id, table);
    }
  }

  void check_table(const std::string& where, const report::Table& table) {
    std::set<std::string> keys;
    for (const report::Column& column : table.columns) {
      require(keys.insert(column.key).second, where + "." + column.key + ": column twice");
      require(column.show == report::Show::json_only || !column.heading.empty(),
              where + "." + column.key + ": shown without a heading");
    }
    for (const auto& row : table.rows) {
      require(row.size() == table.columns.size(), where + ": a row is not as long as the columns");
      for (std::size_t i = 0; i < std::min(row.size(), table.columns.size()); ++i) {
        check_value(where + "." + table.columns[i].key, table.columns[i].key, row[i]);
      }
    }
  }

  void check_finding(const report::Finding& finding) {
    require(!finding.rule.empty() && !finding.title.empty(), finding.rule + ": no rule or title");
    require(!finding.evidence.empty(), finding.rule + ": cites no metric");
    require(!finding.next_step.empty(), finding.rule + ": says nothing about what to do next");
    for (const report::Evidence& item : finding.evidence) {
      require(item.metric.find('.') != std::string::npos,
              finding.rule + ": '" + item.metric + "' is not <section>.<key>");
    }
  }

  std::vector<std::string> breaches_;
};

[[nodiscard]] inline std::vector<std::string> report_invariants(const report::Report& report) {
  return InvariantChecker().check(report);
}

}  // namespace debug_process::testing_support
