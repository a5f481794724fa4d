// What findings say of themselves: they come first for a case of their own, cite what stands in the
// report, explain it in a sentence or two, and say what to do next.
// SPDX-License-Identifier: Apache-2.0
#include <regex>

#include "sections/sections.h"
#include "unit/diagnosis/ill_facts.h"

namespace debug_process::diagnosis {
namespace {

// "<section>.<key>", or "<section>.<table>[<row>].<column>".
class Citation {
 public:
  explicit Citation(const std::string& text) {
    static const std::regex pattern(R"(([a-z]+)\.([a-z0-9_]+)(?:\[(.*)\]\.([a-z0-9_]+))?)",
                                    std::regex::ECMAScript | std::regex::multiline);
    std::smatch parts;
    valid_ = std::regex_match(text, parts, pattern);
    if (!valid_) return;
    section_ = parts[1];
    key_ = parts[2];
    row_ = parts[3];
    column_ = parts[4];
  }

  // What it cites; nullopt: the report has no such thing.
  [[nodiscard]] std::optional<report::Value> look_up(
      const std::vector<report::Section>& sections) const {
    for (const report::Section& section : sections) {
      if (!valid_ || section.id != section_) continue;
      return column_.empty() ? metric(section) : cell(section);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::optional<report::Value> metric(const report::Section& section) const {
    for (const report::Metric& metric : section.metrics)
      if (metric.key == key_) return metric.value;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<report::Value> cell(const report::Section& section) const {
    for (const report::Table& table : section.tables) {
      if (table.id != key_) continue;
      for (const auto& row : table.rows) {
        if (name_of(table, row) != row_) continue;
        for (std::size_t i = 0; i < table.columns.size(); ++i)
          if (table.columns[i].key == column_) return row[i];
      }
    }
    return std::nullopt;
  }

  static std::string text_of(const report::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    return {};
  }

  // A row goes by its first cell; failed calls by their error too.
  static std::string name_of(const report::Table& table, const std::vector<report::Value>& row) {
    std::string name = text_of(row.at(0));
    if (table.id == "errors") name += " " + text_of(row.at(2));
    return name;
  }

  bool valid_ = false;
  std::string section_;
  std::string key_;
  std::string row_;
  std::string column_;
};

std::ptrdiff_t sentences(const std::string& text) {
  static const std::regex end(R"([.?!]\)?(?= [A-Z(]|$))");
  return std::distance(std::sregex_iterator(text.begin(), text.end(), end), std::sregex_iterator());
}

TEST(Rules, EachHaveACaseThatTheyFireOnFirst) {
  const auto cases = ill::facts_by_rule();
  for (const Rule& rule : rules()) {
    const auto facts = cases.find(rule.id);
    ASSERT_NE(facts, cases.end()) << rule.id << ": add a case to ill_facts.h";
    const std::vector<Finding> findings = diagnose(facts->second);
    ASSERT_FALSE(findings.empty()) << rule.id;
    EXPECT_EQ(findings.front().rule, rule.id);
  }
}

TEST(Rules, CiteWhatStandsInTheReport) {
  for (const auto& [id, facts] : ill::facts_by_rule()) {
    const auto sections = sections::present(facts);
    for (const Finding& finding : diagnose(facts)) {
      EXPECT_FALSE(finding.evidence.empty()) << finding.rule;
      for (const report::Evidence& item : finding.evidence) {
        const auto cited = Citation(item.metric).look_up(sections);
        ASSERT_TRUE(cited) << finding.rule << " cites " << item.metric
                           << ", which is not in the report";
        EXPECT_EQ(*cited, item.value) << finding.rule << " cites " << item.metric;
      }
    }
  }
}

TEST(Rules, SayWhatItMeansAndWhatToDo) {
  for (const auto& [id, facts] : ill::facts_by_rule()) {
    for (const Finding& finding : diagnose(facts)) {
      EXPECT_FALSE(finding.title.empty()) << finding.rule;
      EXPECT_FALSE(finding.next_step.empty()) << finding.rule;
      EXPECT_GE(sentences(finding.explanation), 2) << finding.rule << ": " << finding.explanation;
      EXPECT_LE(sentences(finding.explanation), 3) << finding.rule << ": " << finding.explanation;
      EXPECT_TRUE(finding.explanation.ends_with('.') || finding.explanation.ends_with(')'))
          << finding.explanation;
    }
  }
}

// What is not known is not there, whatever else is wrong.
TEST(Rules, AreSilentWhereTheSectionIsUnknown) {
  for (auto [id, facts] : ill::facts_by_rule()) {
    facts.syscalls = {};
    facts.errors = {};
    facts.threads = {};
    facts.files = {};
    facts.sockets = {};
    facts.memory = {};
    facts.intervals = {};
    facts.disk = {};
    facts.host = {};
    facts.process = {};
    facts.wait_status.reset();
    EXPECT_THAT(diagnose(facts), testing::IsEmpty()) << id;
  }
}

}  // namespace
}  // namespace debug_process::diagnosis
