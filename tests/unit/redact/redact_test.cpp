// SPDX-License-Identifier: Apache-2.0
#include "redact/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "render/render.h"
#include "support/report_invariants.h"
#include "unit/redact/secret_facts.h"

namespace debug_process::redact {
namespace {

using report::Text;
using Json = nlohmann::json;

const Key kKey = derive_key("0123456789abcdef0123456789abcdef");

report::Report secret_report() {
  report::Report report = run::assemble(secret_facts(), secret_course());
  report.run.host = "zqxhost";
  report.run.run_id = "7d6c1f7e";
  report.collection.tool_cpu = std::chrono::milliseconds(1);
  report.collection.tool_peak_rss = Bytes{1};
  return report;
}

std::string rendered(const report::Report& report, render::Format format) {
  return render::render(report, format, {.top = 0, .width = 100});
}

Json json_of(const report::Report& report) {
  return Json::parse(rendered(report, render::Format::json));
}

// What must not be there, with some of what stands around it; empty: none of it is there.
std::string secret_in(const std::string& text) {
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  for (const char* secret : {kSecret, kSecretAddress, kSecretAddress6, " zq "}) {
    const auto at = lower.find(secret);
    if (at != std::string::npos) return text.substr(at < 60 ? 0 : at - 60, 120);
  }
  return "";
}

// Every string of the report with the path to it; keys and numbers must be the same in both.
void compare(const Json& before, const Json& after, const std::string& where,
             std::vector<std::string>& changed) {
  if (before.is_string() && after.is_string()) {
    if (before != after) changed.push_back(where);
    return;
  }
  if (!before.is_structured()) {
    EXPECT_EQ(before, after) << where;
    return;
  }
  ASSERT_EQ(before.size(), after.size()) << where;
  if (before.is_array()) {
    for (std::size_t i = 0; i < before.size(); ++i)
      compare(before[i], after[i], where + "[]", changed);
    return;
  }
  for (const auto& [key, value] : before.items()) {
    ASSERT_TRUE(after.contains(key)) << where << "." << key;
    compare(value, after.at(key), where + "." + key, changed);
  }
}

TEST(Redact, LeavesNoSecretInAnyFormat) {
  const report::Report report = secret_report();
  ASSERT_GE(report.findings.size(), 8U) << "the facts are to make many rules speak";
  const report::Report shared = redact(report, kKey);
  for (const render::Renderer& renderer : render::renderers()) {
    EXPECT_NE(secret_in(rendered(report, renderer.format)), "") << renderer.name;
    EXPECT_EQ(secret_in(rendered(shared, renderer.format)), "") << renderer.name;
  }
}

TEST(Redact, HidesTheTextOfSectionsThatAreLeftOut) {
  report::Report shared = run::redacted(run::assemble(secret_facts(), secret_course()));
  run::keep_sections({"host"}, shared);
  ASSERT_EQ(shared.sections.size(), 1U);
  EXPECT_EQ(secret_in(rendered(shared, render::Format::json)), "");
}

TEST(Redact, LeavesNumbersAndWords) {
  const report::Report report = secret_report();
  report::Report shared = redact(report, kKey);
  shared.collection.notes.pop_back();
  std::vector<std::string> changed;
  compare(json_of(report), json_of(shared), "", changed);
  for (const char* kept :
       {"syscall", "errno", "state", "type", "protocol", "wait_channel", "activity", "rule",
        "severity", "metric", "category", "direction", "service", "label", "started_at"})
    for (const std::string& where : changed)
      EXPECT_FALSE(where.ends_with(std::string(".") + kept) ||
                   where.ends_with(std::string(".") + kept + "[]"))
          << where;
  const std::string text = rendered(shared, render::Format::ndjson);
  for (const char* kept :
       {"openat -> read", "futex_do_wait", "EMFILE", "EADDRNOTAVAIL", "anon_inode:[eventpoll]",
        "socket:[4711]", "0.50 CPUs (path-", ":443", "(deleted)", "number used again 2 times",
        "[heap]", "(fd 7)", "tcp addr-private-"})
    EXPECT_THAT(text, testing::HasSubstr(kept));
}

TEST(Redact, GivesTheSameTokenForTheSameText) {
  const report::Report shared = redact(secret_report(), kKey);
  EXPECT_EQ(json_of(shared), json_of(redact(secret_report(), kKey)));
  const Json document = json_of(shared);
  const Json& sections = document.at("sections");
  const std::string limit = sections.at("memory").at("metrics").at("cgroup_limit_group");
  EXPECT_EQ(sections.at("disk").at("metrics").at("group_name"), limit);
  EXPECT_THAT(sections.at("memory").at("metrics").at("cgroup").get<std::string>(),
              testing::HasSubstr(limit));
  const std::string peer = sections.at("sockets").at("tables").at("sockets")[0].at("remote");
  EXPECT_THAT(sections.at("files").at("tables").at("files")[1].at("detail").get<std::string>(),
              testing::HasSubstr(peer));
}

TEST(Redact, GivesDifferentTokensForDifferentTexts) {
  const Json document = json_of(redact(secret_report(), kKey));
  std::set<std::string> paths;
  std::size_t rows = 0;
  for (const char* table : {"files", "closed"})
    for (const Json& row : document.at("sections").at("files").at("tables").at(table)) {
      paths.insert(row.at("path"));
      ++rows;
    }
  EXPECT_EQ(paths.size(), rows);
}

TEST(Redact, CanBeDoneTwice) {
  const report::Report once = redact(secret_report(), kKey);
  std::vector<std::string> changed;
  compare(json_of(once), json_of(redact(once, kKey)), "", changed);
  EXPECT_THAT(changed, testing::IsEmpty());
}

TEST(Redact, NeedsTheKey) {
  EXPECT_NE(json_of(redact(secret_report(), kKey)).at("target"),
            json_of(redact(secret_report(), derive_key("x"))).at("target"));
}

TEST(Redact, BreaksNoInvariant) {
  EXPECT_EQ(testing_support::report_invariants(redact(secret_report(), kKey)),
            testing_support::report_invariants(secret_report()));
}

// A new text must be told what it is made of: report::Text. These are sentences, looked through for
// what other places name.
TEST(Redact, KnowsWhatEachTextIsMadeOf) {
  std::set<std::string> prose;
  for (const report::Section& section : secret_report().sections) {
    const auto add = [&](const std::string& key, Text text, const report::Value& value) {
      const bool words = std::holds_alternative<std::string>(value) ||
                         std::holds_alternative<std::vector<std::string>>(value);
      if (words && text == Text::prose) prose.insert(section.id + "." + key);
    };
    for (const auto& metric : section.metrics) add(metric.key, metric.text, metric.value);
    for (const auto& table : section.tables)
      for (const auto& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i)
          add(table.id + "." + table.columns[i].key, table.columns[i].text, row[i]);
  }
  EXPECT_THAT(prose,
              testing::UnorderedElementsAre("disk.verdict", "disk.process", "files.files.detail",
                                            "memory.cgroup", "process.command_note",
                                            "threads.cpu_quota", "threads.threads.blocked_in"));
}

}  // namespace
}  // namespace debug_process::redact
