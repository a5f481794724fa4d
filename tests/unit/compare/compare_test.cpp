// SPDX-License-Identifier: Apache-2.0
#include "compare/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/report_invariants.h"
#include "unit/compare/simulated_report.h"

namespace debug_process::compare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kOldSeed = 1;
constexpr std::uint64_t kNewSeed = 2;

Comparison compared(const report::Report& before, const report::Report& after) {
  const auto comparison = compare(before, after, {"old", "new"});
  EXPECT_TRUE(comparison) << comparison.error().message();
  return *comparison;
}

Comparison compared(const Load& before, const Load& after) {
  return compared(simulate(before, kOldSeed), simulate(after, kNewSeed));
}

std::vector<std::string> found(const Comparison& comparison) {
  std::vector<std::string> keys;
  for (const Difference& difference : comparison.differences)
    if (difference.found()) keys.push_back(difference.key);
  return keys;
}

const Difference& difference(const Comparison& comparison, const std::string& key) {
  for (const Difference& each : comparison.differences)
    if (each.key == key) return each;
  throw std::invalid_argument(key);
}

report::Finding finding(const std::string& rule, double calls) {
  return {rule,
          report::Severity::warning,
          "title of " + rule,
          "",
          {{"syscalls.syscalls[read].calls", static_cast<std::uint64_t>(calls)}},
          "next"};
}

TEST(Difference, OfLatencyHasItsDirectionAndSize) {
  Load slow;
  call(slow, "write").latency_us = 200;
  const Comparison worse = compared({}, slow);
  const Difference& write = difference(worse, "syscalls.syscalls[write].histogram");
  EXPECT_EQ(write.verdict, Verdict::worse);
  EXPECT_NEAR(write.change, 2, 0.2);
  EXPECT_LT(*write.chance, 0.01);
  EXPECT_EQ(difference(compared(slow, {}), write.key).verdict, Verdict::better);
}

TEST(Difference, OfLatencyThatCostsNothingIsNotTold) {
  Load slow;
  Load usual;
  call(usual, "write") = {"write", 20, 100};  // 0.2% of the time
  call(slow, "write") = {"write", 20, 300};
  EXPECT_THAT(found(compared(usual, slow)), IsEmpty());
}

TEST(Difference, OfAWaitIsNotTold) {
  Load idle;
  call(idle, "clock_nanosleep").latency_us = 1800;
  call(idle, "clock_nanosleep").rate = 480;
  Load busy;
  call(busy, "clock_nanosleep").latency_us = 900;
  EXPECT_THAT(found(compared(busy, idle)), IsEmpty());
}

TEST(Difference, OfTheRateOfAllCallsIsToldOnce) {
  Load fast;
  for (SimulatedCall& each : fast.calls) each.rate *= 2;
  const Comparison comparison = compared({}, fast);
  EXPECT_THAT(found(comparison), ElementsAre("syscalls.calls_per_s"));
  EXPECT_EQ(difference(comparison, "syscalls.calls_per_s").verdict, Verdict::changed);
  EXPECT_EQ(difference(comparison, "syscalls.syscalls[read].calls").verdict, Verdict::explained);
}

TEST(Difference, OfErrorsThatGoWithTheCallsIsNotTold) {
  Load before;
  call(before, "read").error = "EIO";
  call(before, "read").error_rate = 100;
  Load after = before;
  for (SimulatedCall& each : after.calls) {
    each.rate *= 2;
    each.error_rate *= 2;
  }
  EXPECT_THAT(found(compared(before, after)), ElementsAre("syscalls.calls_per_s"));
}

// The calls grow because the failures do, and the failures with the calls: one of them is told.
TEST(Difference, OfACallThatAlwaysFailsIsTold) {
  Load before;
  before.calls.push_back({"openat", 100, 50, 0.5, 0, "ENOENT", 100});
  Load after = before;
  call(after, "openat").rate *= 10;
  call(after, "openat").error_rate *= 10;
  const Comparison comparison = compared(before, after);
  EXPECT_THAT(found(comparison), ElementsAre("errors.errors[openat ENOENT].calls"));
  EXPECT_EQ(difference(comparison, "errors.errors[openat ENOENT].calls").verdict, Verdict::worse);
  EXPECT_EQ(difference(comparison, "syscalls.syscalls[openat].calls").verdict, Verdict::explained);
}

TEST(Difference, OfAFewUsualErrorsIsNotTold) {
  Load after;
  call(after, "read").error = "EAGAIN";
  call(after, "read").error_rate = 30;
  EXPECT_THAT(found(compared({}, after)), IsEmpty());
}

TEST(Difference, OfLatencyIsNotToldWhereAnotherShareFails) {
  Load before;
  before.calls.push_back({"openat", 1000, 50});
  Load after = before;
  call(after, "openat") = {"openat", 1000, 5, 0.5, 0, "ENOENT", 900};
  EXPECT_THAT(found(compared(before, after)), ElementsAre("errors.errors[openat ENOENT].calls"));
}

TEST(Difference, OfConnectionsIsToldOfThePeerAlone) {
  Load after;
  after.peers["10.0.0.7:6379"] = 150;
  const Comparison comparison = compared({}, after);
  EXPECT_THAT(found(comparison), ElementsAre("sockets.established_by_peer[10.0.0.7:6379]"));
  EXPECT_EQ(difference(comparison, "files.open").verdict, Verdict::explained);
}

TEST(Difference, OfAHandfulOfFilesIsNotTold) {
  Load after;
  after.files += 8;
  after.threads += 2;
  after.peers["10.0.0.9:5432"] += 5;
  EXPECT_THAT(found(compared({}, after)), IsEmpty());
}

TEST(Difference, OfFilesNamesTheirType) {
  Load after;
  after.files += 300;
  EXPECT_THAT(found(compared({}, after)), ElementsAre("files.types[file]"));
}

TEST(Difference, OfMemoryIsToldOnce) {
  Load after;
  after.rss_mb = 400;
  const Comparison comparison = compared({}, after);
  EXPECT_THAT(found(comparison), ElementsAre("memory.rss_bytes"));
  EXPECT_EQ(difference(comparison, "memory.rss_bytes").verdict, Verdict::worse);
  after.rss_mb = 210;
  EXPECT_THAT(found(compared({}, after)), IsEmpty());
}

TEST(Difference, OfThreadsIsTold) {
  Load after;
  after.threads = 60;
  EXPECT_THAT(found(compared({}, after)), ElementsAre("threads.threads"));
}

TEST(Difference, OfCpuIsTold) {
  Load after;
  after.cpu = 0.6;
  EXPECT_THAT(found(compared({}, after)), ElementsAre("threads.cpu_ratio"));
}

TEST(Difference, OfFindingsIsTold) {
  report::Report after = simulate({}, kNewSeed);
  after.findings = {finding("fd-leak", 1e6)};
  const report::Report before = simulate({}, kOldSeed);
  EXPECT_THAT(found(compared(before, after)), ElementsAre("findings[fd-leak]"));
  EXPECT_EQ(compared(before, after).differences.front().verdict, Verdict::worse);
  EXPECT_EQ(compared(after, before).differences.front().verdict, Verdict::better);
  EXPECT_THAT(found(compared(after, after)), IsEmpty());
}

TEST(Difference, OfFindingsNearTheirThresholdIsNotTold) {
  // 1,000 reads a second for 4 s, as the other has them.
  report::Report after = simulate({}, kNewSeed);
  after.findings = {finding("tiny-io", 4100)};
  EXPECT_THAT(found(compared(simulate({}, kOldSeed), after)), IsEmpty());
}

TEST(Difference, OfOthersOnTheMachineIsAWarning) {
  report::Report after = simulate({}, kNewSeed);
  after.findings = {finding("cpu-starvation", 1e6)};
  const Comparison comparison = compared(simulate({}, kOldSeed), after);
  EXPECT_THAT(found(comparison), IsEmpty());
  EXPECT_THAT(comparison.warnings, ElementsAre("new only: title of cpu-starvation"));
}

TEST(Comparison, AsAReportKeepsTheInvariants) {
  Load after;
  after.peers["\x1b[2J\n"] = 150;
  call(after, "write").latency_us = 200;
  after.rss_mb = 1000;
  const report::Report before = simulate({}, kOldSeed);
  const report::Report now = simulate(after, kNewSeed);
  const report::Report report = as_report(compared(before, now), before, now);
  EXPECT_THAT(testing_support::report_invariants(report), IsEmpty());
  ASSERT_EQ(report.sections.size(), 1U);
  EXPECT_EQ(report.sections[0].tables.at(0).rows.size(), 3U);
  EXPECT_THAT(report.summary.back().text, HasSubstr("2 worse, 1 changed"));
}

TEST(Comparison, SaysHowMuchCannotBeToldBesideWhatWasFound) {
  Comparison comparison;
  comparison.differences.resize(2);
  comparison.differences[0].verdict = Verdict::worse;
  comparison.differences[0].what = "write";
  comparison.differences[1].verdict = Verdict::cannot_tell;
  EXPECT_TRUE(summarize(comparison).starts_with("1 worse: write"));
  EXPECT_TRUE(summarize(comparison).ends_with("; 1 cannot be told"));
}

TEST(Comparison, OfTheSameSaysSo) {
  EXPECT_EQ(summarize(compared(Load{}, Load{})), "no difference that matters");
}

}  // namespace
}  // namespace debug_process::compare
