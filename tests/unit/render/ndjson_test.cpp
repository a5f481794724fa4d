// SPDX-License-Identifier: Apache-2.0
#include "render/ndjson.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "render/json.h"
#include "support/ndjson.h"
#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

using Json = nlohmann::json;

report::Report odd_report() {
  report::Report report = sample_report();
  // What is called as one of the five keys, and what is a number in one place and words in another.
  report.sections.push_back(
      {"disk",
       "Disk I/O",
       report::Status::complete,
       "",
       {{"host", std::string("1 GB read"), ""}, {"started_at", std::string("now"), ""}},
       {{"processes",
         "",
         {{"pid", "PID"}, {"name", "Name"}},
         {{std::int64_t{7}, std::string("a")}, {std::int64_t{8}}},
         ""},
        {"syscalls",
         "",
         {{"interval_calls", ""}, {"interval_histograms", ""}},
         {{report::Series{1, std::nullopt}, std::vector<Histogram>(2)}, {{}, {}}},
         ""}}});
  report.findings[0].evidence.push_back({"process.state", std::string("sleeping")});
  report.findings[0].evidence.push_back({"process.deleted", true});
  report.findings[0].evidence.push_back({"process.unknown", {}});
  return report;
}

TEST(Ndjson, HasTheFiveKeysOnEachLine) {
  const auto lines = testing_support::ndjson_lines(render_ndjson(sample_report(), {}));
  ASSERT_GT(lines.size(), 20U);
  for (const Json& line : lines) {
    EXPECT_TRUE(line.at("record").is_string());
    EXPECT_EQ(line.at("run_id"), "7d6c1f7e");
    EXPECT_EQ(line.at("host"), "web-7");
    EXPECT_EQ(line.at("pid"), 1234);
    EXPECT_TRUE(line.at("started_at").is_string());
  }
}

TEST(Ndjson, SaysTheSameAsTheJson) {
  for (const report::Report& report : {sample_report(), odd_report(), report::Report{}}) {
    const Json document = Json::parse(render_json(report, {}));
    EXPECT_EQ(
        testing_support::document_of(testing_support::ndjson_lines(render_ndjson(report, {}))),
        testing_support::without_empty_tables(document));
  }
}

TEST(Ndjson, NeverChangesAKeysType) {
  const auto lines = testing_support::ndjson_lines(render_ndjson(odd_report(), {}));
  EXPECT_THAT(testing_support::keys_of_several_types(lines), testing::IsEmpty());
}

TEST(Ndjson, RenamesColumnsThatAreCalledAsTheFive) {
  const auto lines = testing_support::ndjson_lines(render_ndjson(odd_report(), {}));
  const Json& row = lines.at(lines.size() - 3);
  EXPECT_EQ(row.at("record"), "processes");
  EXPECT_EQ(row.at("section"), "disk");
  EXPECT_EQ(row.at("pid"), 1234);
  EXPECT_EQ(row.at("row_pid"), 8);
  EXPECT_TRUE(row.at("name").is_null());
  EXPECT_EQ(lines.at(lines.size() - 2).at("interval_calls"), Json::array({1, nullptr}));
}

TEST(Ndjson, OfTheSummaryHasTheRunAndTheFindings) {
  const auto lines =
      testing_support::ndjson_lines(render_ndjson(sample_report(), {.summary_only = true}));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].at("record"), "run");
  EXPECT_EQ(lines[1].at("record"), "finding");
  EXPECT_EQ(lines[2].at("rule"), "enoent-search");
}

TEST(Ndjson, HasNothingInItThatDrivesATerminal) {
  for (const char byte : render_ndjson(sample_report(), {})) {
    EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= ' ');
    EXPECT_NE(byte, '\x7f');
  }
}

}  // namespace
}  // namespace debug_process::render
