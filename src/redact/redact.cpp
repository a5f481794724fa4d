// SPDX-License-Identifier: Apache-2.0
#include "redact/redact.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "redact/prose.h"
#include "redact/tokens.h"

namespace debug_process::redact {
namespace {

using report::Text;
using report::Value;
using Row = std::vector<Value>;

constexpr std::string_view kNote =
    "redacted: what names people, files, machines and processes is replaced by tokens";

// Short plain words as arguments ("run", "all", "start") are words of our sentences too, in which
// no argument stands by itself.
bool may_be_ours(Text kind, const std::string& text) {
  constexpr std::size_t kLongest = 5;
  return kind == Text::argument && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

class Redactor {
 public:
  Redactor(const report::Report& report, const Key& key) : tokens_(key), prose_(tokens_) {
    keep_words(report);
    learn(report);
  }

  void rewrite(report::Report& report) const {
    rewrite(report.target);
    report.run.host = tokens_.of(Text::host, report.run.host);
    rewrite(report.run.backend_reason);
    for (report::SummaryLine& line : report.summary) rewrite(line.text);
    for (report::Finding& finding : report.findings) rewrite(finding);
    for (report::Section& section : report.sections) rewrite(section);
    for (std::string& note : report.collection.notes) rewrite(note);
  }

 private:
  static void each_value(const report::Report& report, const auto& use) {
    for (const report::Section& section : report.sections) {
      for (const report::Metric& metric : section.metrics) use(metric.text, metric.value, nullptr);
      for (const report::Table& table : section.tables)
        for (const Row& row : table.rows)
          for (std::size_t i = 0; i < std::min(row.size(), table.columns.size()); ++i)
            use(table.columns[i].text, row[i], &row);
    }
  }

  static void each_text(const Value& value, const auto& use) {
    if (const auto* text = std::get_if<std::string>(&value)) use(*text);
    if (const auto* texts = std::get_if<std::vector<std::string>>(&value))
      for (const std::string& text : *texts) use(text);
  }

  void keep_words(const report::Report& report) {
    each_value(report, [this](Text kind, const Value& value, const Row* /*row*/) {
      if (kind == Text::word) each_text(value, [this](const auto& text) { prose_.keep(text); });
    });
    prose_.keep("root");
  }

  void learn(const report::Report& report) {
    learn_command(report.target.command);
    learn(Text::name, report.target.comm);
    learn(Text::path, report.target.executable.value_or(""));
    learn(Text::host, report.run.host);
    each_value(report, [this](Text kind, const Value& value, const Row* row) {
      if (kind == Text::word || kind == Text::prose) return;
      each_text(value, [&](const std::string& text) {
        learn(kind, text);
        if (kind == Text::name) learn_numbered(text, row);
      });
    });
  }

  void learn(Text kind, const std::string& text) {
    if (!may_be_ours(kind, text))
      prose_.replace(text, tokens_.of(kind, text), Prose::When::unless_common);
  }

  // The summary has it in one line.
  void learn_command(const std::vector<std::string>& command) {
    std::vector<std::string> replaced;
    for (const std::string& argument : command) {
      learn(Text::argument, argument);
      replaced.push_back(tokens_.of(Text::argument, argument));
    }
    prose_.replace(fmt::format("{}", fmt::join(command, " ")),
                   fmt::format("{}", fmt::join(replaced, " ")), Prose::When::always);
  }

  // "db (1234)" in a sentence, where "db" by itself could be anything. `row` has the numbers.
  void learn_numbered(const std::string& text, const Row* row) {
    const NumberedName own = take_number_off(text);
    const std::string name(own.name);
    const std::string token = tokens_.of(Text::name, name);
    const auto add = [&](std::string_view number) {
      for (const char* form : {"{} ({})", "{} (pid {})", "{}[{}]"})
        prose_.replace(fmt::format(fmt::runtime(form), name, number),
                       fmt::format(fmt::runtime(form), token, number), Prose::When::always);
    };
    if (!own.number.empty()) {
      learn(Text::name, name);
      const auto first = own.number.find_first_of("0123456789");
      add(own.number.substr(first, own.number.size() - first - 1));
    }
    if (row == nullptr) return;
    for (const Value& value : *row)
      if (const auto* number = std::get_if<std::int64_t>(&value)) add(std::to_string(*number));
  }

  void rewrite(std::string& prose) const { prose = prose_.rewrite(prose); }

  void rewrite(report::Target& target) const {
    for (std::string& argument : target.command) argument = tokens_.of(Text::argument, argument);
    target.comm = tokens_.of(Text::name, target.comm);
    if (target.executable) target.executable = tokens_.of(Text::path, *target.executable);
  }

  void rewrite(report::Finding& finding) const {
    rewrite(finding.title);
    rewrite(finding.explanation);
    rewrite(finding.next_step);
    for (report::Evidence& item : finding.evidence) {
      rewrite(Text::prose, item.value);
      // Keys are ours, but for what chooses a row.
      const auto open = item.metric.find('[');
      const auto close = item.metric.rfind(']');
      if (open == std::string::npos || close == std::string::npos || close < open) continue;
      const std::string row = item.metric.substr(open + 1, close - open - 1);
      item.metric.replace(open + 1, row.size(), prose_.rewrite(row));
    }
  }

  void rewrite(report::Section& section) const {
    rewrite(section.reason);
    for (report::Metric& metric : section.metrics) rewrite(metric.text, metric.value);
    for (report::Table& table : section.tables) {
      rewrite(table.title);
      rewrite(table.when_empty);
      for (Row& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i)
          rewrite(i < table.columns.size() ? table.columns[i].text : Text::prose, row[i]);
    }
  }

  void rewrite(Text kind, Value& value) const {
    const auto one = [&](std::string& text) {
      if (kind == Text::prose)
        rewrite(text);
      else
        text = tokens_.of(kind, text);
    };
    if (auto* text = std::get_if<std::string>(&value)) one(*text);
    if (auto* texts = std::get_if<std::vector<std::string>>(&value))
      for (std::string& text : *texts) one(text);
  }

  Tokens tokens_;
  Prose prose_;
};

}  // namespace

report::Report redact(const report::Report& report, const Key& key) {
  report::Report copy = report;
  Redactor(report, key).rewrite(copy);
  auto& notes = copy.collection.notes;
  if (std::find(notes.begin(), notes.end(), kNote) == notes.end()) notes.emplace_back(kNote);
  return copy;
}

}  // namespace debug_process::redact
