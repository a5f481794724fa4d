// SPDX-License-Identifier: Apache-2.0
#include "render/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "render/json.h"
#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string golden(const std::string& file) {
  std::ifstream in(std::string(DEBUG_PROCESS_TESTS_DIR) + "/golden/" + file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string message_of(std::string_view text) {
  const auto report = read_json(text, "old.json");
  return report ? "no error" : report.error().message();
}

// The sections of a report that has all the rest.
report::Report with_metrics(const std::string& metrics) {
  auto report = read_json(
      R"({"schema_version": 1, "run": {}, "sections": {"a": {"metrics": )" + metrics + "}}}",
      "new.json");
  EXPECT_TRUE(report) << report.error().message();
  return report ? *report : report::Report{};
}

report::Value value(const std::string& key, const std::string& json) {
  return with_metrics("{\"" + key + "\": " + json + "}").sections.at(0).metrics.at(0).value;
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, LosesNothing) {
  const std::string text = golden(GetParam());
  ASSERT_FALSE(text.empty());
  const auto report = read_json(text, GetParam());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(render_json(*report, {}), text);
}

INSTANTIATE_TEST_SUITE_P(Golden, RoundTrip, testing::Values("report.json", "resources.json"));

TEST(JsonReader, TakesUnitsFromTheEndingsOfKeys) {
  EXPECT_EQ(value("a_ns", "5"), report::Value(std::chrono::nanoseconds(5)));
  EXPECT_EQ(value("a_bytes", "5"), report::Value(Bytes{5}));
  EXPECT_EQ(value("a_bytes", "-5"), report::Value(std::int64_t{-5}));
  EXPECT_EQ(value("a_ratio", "1"), report::Value(Ratio{1}));
  EXPECT_EQ(value("a_per_s", "2.5"), report::Value(Rate{2.5}));
  EXPECT_EQ(value("a", "5"), report::Value(std::uint64_t{5}));
  EXPECT_EQ(value("load1", "0.5"), report::Value(Ratio{0.5}));
  EXPECT_EQ(value("a", "true"), report::Value(true));
  EXPECT_TRUE(report::is_unknown(value("a_ns", "null")));
}

TEST(JsonReader, KnowsAHistogramByItsShape) {
  Histogram histogram;
  histogram.add(std::chrono::microseconds(3));
  const std::string json =
      R"({"scale": 3, "zero_count": 0, "offset": -147, "counts": [1], "count": 1, "sum_ns": 3000, "min_ns": 3000, "max_ns": 3000})";
  EXPECT_EQ(value("histogram", json), report::Value(histogram));
  EXPECT_TRUE(report::is_unknown(value("histogram", R"({"scale": 3})")));
  EXPECT_TRUE(report::is_unknown(value("histogram", R"({"scale": 3000, "zero_count": 0,
      "offset": 0, "counts": [], "count": 0, "sum_ns": 0, "min_ns": 0, "max_ns": 0})")));
}

TEST(JsonReader, KnowsNumbersByInterval) {
  EXPECT_EQ(value("interval_calls", "[1, null, 3]"),
            report::Value(report::Series{1, std::nullopt, 3}));
  const std::string none =
      R"({"scale": 3, "zero_count": 0, "offset": 0, "counts": [], "count": 0, "sum_ns": 0, "min_ns": 0, "max_ns": 0})";
  EXPECT_EQ(value("interval_histograms", "[" + none + "," + none + "]"),
            report::Value(std::vector<Histogram>(2)));
  EXPECT_TRUE(report::is_unknown(value("interval_calls", "[1, -1]")));
}

TEST(JsonReader, SkipsWhatALaterVersionMayHave) {
  const auto report = read_json(
      R"({"schema_version": 1, "new": {"a": [1]}, "run": {"ended_by": "boredom"},
          "collection": {"counts": "guessed"}, "sections": {"x": {"status": "fine", "metrics":
          {"a": {"b": 1}, "c": [1, "x"]}, "more": 1, "tables": {"t": [{"a": 1}, {"b": 2}]}}}})",
      "new.json");
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_EQ(report->run.ended_by, report::EndedBy::window);
  EXPECT_FALSE(report->collection.counts.has_value());
  EXPECT_TRUE(report::is_unknown(report->sections.at(0).metrics.at(0).value));
  const report::Table& table = report->sections.at(0).tables.at(0);
  ASSERT_EQ(table.columns.size(), 2U);
  EXPECT_TRUE(report::is_unknown(table.rows.at(0).at(1)));
  EXPECT_TRUE(report::is_unknown(table.rows.at(1).at(0)));
}

TEST(JsonReader, RefusesAnotherSchemaAndSaysWhy) {
  EXPECT_THAT(message_of(R"({"schema_version": 2, "run": {}})"),
              AllOf(HasSubstr("old.json"), HasSubstr("schema_version is 2"), HasSubstr("reads 1")));
  EXPECT_THAT(message_of(R"({"schema_version": "\u001b[2J", "run": {}})"), HasSubstr("no number"));
}

TEST(JsonReader, RefusesWhatIsNoReport) {
  EXPECT_THAT(message_of(""), HasSubstr("empty"));
  EXPECT_THAT(message_of("[]"), HasSubstr("no report"));
  EXPECT_THAT(message_of("Command: sh"), HasSubstr("line 1, column 1"));
  EXPECT_THAT(message_of(R"({"schema_version": 1, "doctor": {}})"), HasSubstr("doctor"));
  EXPECT_THAT(message_of(R"({"schema_version": 1})"), HasSubstr("no run"));
}

TEST(JsonReader, SaysWhereAFileIsMalformed) {
  EXPECT_THAT(message_of("{\n  \"schema_version\": 1,\n  !}"), HasSubstr("line 3, column 3"));
  EXPECT_THAT(message_of(R"({"schema_version": 1, "run": {"window_ns": "5 s"}})"),
              HasSubstr("run.window_ns is not a whole number"));
  EXPECT_THAT(message_of(R"({"schema_version": 1, "run": {}, "findings": [{}, {"title": 1}]})"),
              HasSubstr("findings[1].title is not text"));
  EXPECT_THAT(
      message_of(R"({"schema_version": 1, "run": {}, "sections": {"a": {"tables": {"t": [1]}}}})"),
      HasSubstr("sections.a.tables.t[0] is not an object"));
  EXPECT_THAT(message_of(R"({"schema_version": 1, "run": {"started_at": "yesterday"}})"),
              HasSubstr("run.started_at is not a time"));
  EXPECT_THAT(message_of(R"({"schema_version": 1, "run": {"window_ns": 99999999999999999999}})"),
              HasSubstr("run.window_ns"));
}

TEST(JsonReader, RefusesWhatWouldTakeMemoryOrTimeWithoutEnd) {
  EXPECT_THAT(message_of(std::string(1'000'000, '[')), HasSubstr("nested deeper"));
  std::string keys = "{";
  for (int i = 0; i < 10'000; ++i) keys += "\"" + std::to_string(i) + "\":0,";
  EXPECT_THAT(message_of(keys + "\"schema_version\":1}"), HasSubstr("more than 4096 keys"));
  std::string rows = "[{";
  for (int i = 0; i < 4000; ++i) rows += "\"" + std::to_string(i) + "\":0,";
  rows += "\"last\":0}";
  for (int i = 0; i < 100'000; ++i) rows += ",{}";
  EXPECT_THAT(message_of(R"({"schema_version":1,"run":{},"sections":{"a":{"tables":{"t":)" + rows +
                         "]}}}}"),
              HasSubstr("little in common"));
}

// Each byte of a report in turn, and whole pieces of it, are something else: it is read or refused.
TEST(JsonReader, SurvivesDamagedFiles) {
  const std::string whole = golden("resources.json");
  std::mt19937 random(1);  // NOLINT: the same in every run
  for (int i = 0; i < 3000; ++i) {
    std::string text = whole;
    const std::size_t at = random() % text.size();
    switch (random() % 4) {
      case 0:
        text[at] = static_cast<char>(random() % 256);
        break;
      case 1:
        text.resize(at);
        break;
      case 2:
        text.erase(at, random() % 100);
        break;
      default:
        text.insert(at, text.substr(random() % text.size(), random() % 200));
        break;
    }
    const auto report = read_json(text, "damaged.json");
    if (!report) continue;
    EXPECT_FALSE(render_json(*report, {}).empty());
  }
}

}  // namespace
}  // namespace debug_process::render
