// SPDX-License-Identifier: Apache-2.0
#include "render/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "render/unicode.h"
#include "unit/render/sample_report.h"

namespace debug_process::render {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;

Json json(const report::Report& report = sample_report(), const RenderOptions& options = {}) {
  return Json::parse(render_json(report, options));
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> all;
  for (const auto& item : object.items()) all.push_back(item.key());
  return all;
}

TEST(Json, HasTheContractsKeysInOrder) {
  EXPECT_THAT(keys(json()), ElementsAre("schema_version", "tool", "run", "target", "summary",
                                        "findings", "sections", "collection"));
  EXPECT_EQ(json()["schema_version"], 1);
  EXPECT_THAT(keys(json()["run"]),
              ElementsAre("started_at", "window_ns", "backend", "backend_reason", "host", "kernel",
                          "arch", "ended_by", "run_id", "startup_ns"));
  EXPECT_THAT(keys(json()["sections"]),
              ElementsAre("process", "syscalls", "files", "sockets", "memory"));
}

TEST(Json, HasAllRowsWhateverTop) {
  RenderOptions options;
  options.top = 1;
  const Json rows = json(sample_report(), options)["sections"]["syscalls"]["tables"]["syscalls"];
  EXPECT_EQ(rows.size(), 15U);
  EXPECT_EQ(rows[1]["syscall"], "read");
  EXPECT_EQ(rows[1]["calls"], 1'048'576);
}

TEST(Json, WritesHistogramsAsTheContract) {
  const Json histogram = json()["sections"]["syscalls"]["tables"]["syscalls"][0]["histogram"];
  EXPECT_THAT(keys(histogram), ElementsAre("scale", "zero_count", "offset", "counts", "count",
                                           "sum_ns", "min_ns", "max_ns"));
  EXPECT_EQ(histogram["count"], 12'000);
}

TEST(Json, MakesTheUnknownNull) {
  EXPECT_TRUE(json()["sections"]["memory"]["metrics"]["pss_bytes"].is_null());
  EXPECT_TRUE(json()["target"]["exit"].is_null());
  EXPECT_TRUE(json()["sections"]["process"]["reason"].is_null());
}

TEST(Json, HasNoNumberForNanAndInfinity) {
  report::Report report = sample_report();
  report.sections[0].metrics = {{"a_ratio", Ratio{std::numeric_limits<double>::quiet_NaN()}, ""},
                                {"b_per_s", Rate{std::numeric_limits<double>::infinity()}, ""}};
  EXPECT_TRUE(json(report)["sections"]["process"]["metrics"]["a_ratio"].is_null());
  EXPECT_TRUE(json(report)["sections"]["process"]["metrics"]["b_per_s"].is_null());
}

TEST(Json, RoundsRatiosToSixDigits) {
  EXPECT_EQ(json()["collection"]["cost"]["target_ratio"].dump(), "0.00192346");
}

TEST(Json, KeepsHostileTextWhole) {
  EXPECT_EQ(json()["target"]["command"][2], "\x1b[2J\x1b]0;owned\x07\n\r\xc2\x9b\xe2\x80\xae\\xff");
}

TEST(Json, HasNothingInItThatDrivesATerminal) {
  for (const char byte : render_json(sample_report(), {})) {
    EXPECT_TRUE(byte == '\n' || static_cast<unsigned char>(byte) >= ' ');
    EXPECT_NE(byte, '\x7f');
  }
  EXPECT_EQ(render_json(sample_report(), {}).find("\xe2\x80\xae"), std::string::npos);
}

TEST(Json, TellsAnExitFromASignal) {
  report::Report report = sample_report();
  report.target.exit = report::ExitStatus{3, std::nullopt};
  EXPECT_EQ(json(report)["target"]["exit"].dump(), R"({"code":3,"signal":null})");
  report.target.exit = report::ExitStatus{std::nullopt, 9};
  EXPECT_EQ(json(report)["target"]["exit"].dump(), R"({"code":null,"signal":9})");
}

TEST(Json, SaysHowFarTheNumbersCanBeTrusted) {
  const Json collection = json()["collection"];
  EXPECT_EQ(collection["counts"], "scaled");
  EXPECT_EQ(collection["counts_error_ratio"], 0.0381);
  EXPECT_EQ(collection["coverage_ratio"], 0.0931);
  EXPECT_EQ(collection["inflated_latencies"], true);
}

TEST(Json, OfTheSummaryHasNoSections) {
  RenderOptions options;
  options.summary_only = true;
  const Json summary = json(sample_report(), options);
  EXPECT_EQ(summary["sections"], Json::object());
  EXPECT_EQ(summary["findings"].size(), 2U);
  EXPECT_EQ(summary["run"]["backend"], "ptrace");
}

TEST(Json, OfAnEmptyReportIsValid) {
  EXPECT_EQ(json(report::Report{})["findings"], Json::array());
}

}  // namespace
}  // namespace debug_process::render
