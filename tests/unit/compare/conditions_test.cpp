// Reports that cannot, or can hardly, be held against each other.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "compare/compare.h"
#include "unit/compare/simulated_report.h"

namespace debug_process::compare {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kOldSeed = 1;
constexpr std::uint64_t kNewSeed = 2;

report::Section& section(report::Report& report, const std::string& id) {
  for (report::Section& each : report.sections)
    if (each.id == id) return each;
  throw std::invalid_argument(id);
}

std::vector<std::string> found(const Comparison& comparison) {
  std::vector<std::string> keys;
  for (const Difference& difference : comparison.differences)
    if (difference.found()) keys.push_back(difference.key);
  return keys;
}

Load with_more_connections() {
  Load load;
  load.peers["10.0.0.9:5432"] += 200;
  return load;
}

TEST(Conditions, ReportsWithoutSectionsAreRefused) {
  const report::Report whole = simulate({}, kOldSeed);
  report::Report summary = whole;
  summary.sections.clear();
  const auto comparison = compare(whole, summary, {"old.json", "new.json"});
  ASSERT_FALSE(comparison);
  EXPECT_THAT(comparison.error().message(), HasSubstr("new.json"));
}

TEST(Conditions, FilesWithoutIntervalsHaveTooFewToTell) {
  Load fast = with_more_connections();
  call(fast, "read").rate *= 4;
  report::Report old_report = simulate({}, kOldSeed);
  std::erase_if(old_report.sections, [](const auto& each) { return each.id == "intervals"; });
  const auto comparison = compare(old_report, simulate(fast, kNewSeed), {"old", "new"});
  ASSERT_TRUE(comparison);
  EXPECT_THAT(comparison->warnings, Contains(HasSubstr("too few intervals")));
  EXPECT_GT(comparison->count(Verdict::cannot_tell), 0U);
  EXPECT_THAT(found(*comparison), ElementsAre("sockets.established_by_peer[10.0.0.9:5432]"));
}

TEST(Conditions, FiveIntervalsAreTooFew) {
  Load shorter;
  shorter.intervals = 5;
  call(shorter, "read").rate *= 4;
  const auto comparison = compare(simulate({}, kOldSeed), simulate(shorter, kNewSeed), {"a", "b"});
  ASSERT_TRUE(comparison);
  EXPECT_THAT(found(*comparison), IsEmpty());
  EXPECT_THAT(comparison->warnings, Contains(HasSubstr("too few intervals")));
}

TEST(Conditions, OtherCallsChosenLeaveTheRestToCompare) {
  report::Report new_report = simulate(with_more_connections(), kNewSeed);
  section(new_report, "syscalls").metrics.back().value = std::string("-e file");
  const auto comparison = compare(simulate({}, kOldSeed), new_report, {"old", "new"});
  ASSERT_TRUE(comparison);
  EXPECT_THAT(comparison->warnings, Contains(HasSubstr("-e file")));
  EXPECT_THAT(found(*comparison), ElementsAre("sockets.established_by_peer[10.0.0.9:5432]"));
  for (const Difference& difference : comparison->differences)
    EXPECT_FALSE(difference.key.starts_with("syscalls.")) << difference.key;
}

TEST(Conditions, ThatMakeADifferenceOfTheirOwnAreWarnedOf) {
  report::Report new_report = simulate({}, kNewSeed);
  new_report.target.executable = "/usr/bin/server-2";
  new_report.run.kernel = "7.0";
  new_report.run.backend = "ptrace";
  section(new_report, "threads").metrics.push_back({"cpu_limit", Ratio{0.5}, ""});
  new_report.collection.inflated_latencies = true;
  const auto comparison = compare(simulate({}, kOldSeed), new_report, {"old", "new"});
  ASSERT_TRUE(comparison);
  for (const char* what : {"server-2", "7.0", "ptrace", "CPU quota", "inflated"})
    EXPECT_THAT(comparison->warnings, Contains(HasSubstr(what)));
  const report::Section shown = present(*comparison);
  EXPECT_EQ(shown.status, report::Status::partial);
  EXPECT_THAT(shown.reason, HasSubstr("server-2"));
}

TEST(Conditions, ScaledCountsMayBeOffByTheirError) {
  Load fast;
  for (SimulatedCall& each : fast.calls) each.rate *= 1.6;
  report::Report new_report = simulate(fast, kNewSeed);
  const report::Report old_report = simulate({}, kOldSeed);
  EXPECT_TRUE(compare(old_report, new_report, {"old", "new"})->found_any());
  new_report.collection.counts = report::Counts::scaled;
  new_report.collection.counts_error = Ratio{0.25};
  EXPECT_FALSE(compare(old_report, new_report, {"old", "new"})->found_any());
  new_report.collection.counts_error.reset();
  const auto unknown = compare(old_report, new_report, {"old", "new"});
  EXPECT_FALSE(unknown->found_any());
  EXPECT_THAT(unknown->warnings, Contains(HasSubstr("not known")));
}

TEST(Conditions, WhoGetsLessOfTheCpuIsNotBlamed) {
  Load starved;
  for (SimulatedCall& each : starved.calls) each.rate /= 2;
  call(starved, "write").latency_us *= 1.5;
  starved.cpu /= 2;
  starved.waiting_for_cpu = 0.5;
  const auto comparison = compare(simulate({}, kOldSeed), simulate(starved, kNewSeed), {"a", "b"});
  ASSERT_TRUE(comparison);
  EXPECT_THAT(found(*comparison), IsEmpty());
  EXPECT_THAT(comparison->warnings,
              Contains(HasSubstr("wait for a CPU 1.0% of the time in a, 50.0% in b")));
}

}  // namespace
}  // namespace debug_process::compare
