// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "sections/syscalls/gather.h"
#include "sections/syscalls/present.h"
#include "unit/sections/fixture.h"
#include "unit/sections/syscalls_samples.h"

namespace debug_process::sections::syscalls {
namespace {

using namespace std::chrono_literals;
using report::Show;
using report::Status;
using report::Value;
using std::chrono::nanoseconds;
using testing::HasSubstr;
using testing::IsEmpty;
using trace::abi::Abi;

Show show_of(const report::Section& section, const std::string& key) {
  for (const auto& column : section.tables.at(0).columns)
    if (column.key == key) return column.show;
  ADD_FAILURE() << "no column " << key;
  return Show::everywhere;
}

TEST(SyscallsSection, PutsMostTimeFirst) {
  auto activity = traced();
  activity.syscalls = {calls_of(kRead, 1000, 1us), calls_of(kFutex, 3, 500ms),
                       calls_of(kWrite, 7, 0ns), calls_of({Abi::native, SYS_close}, 9, 0ns)};
  const Facts facts = gather_traced(activity);
  ASSERT_EQ(facts.rows.size(), 4U);
  EXPECT_EQ(facts.rows[0].syscall, "futex");
  EXPECT_EQ(facts.rows[1].syscall, "read");
  EXPECT_EQ(facts.rows[2].syscall, "close");  // no time known: by calls
  EXPECT_EQ(facts.rows[3].syscall, "write");
  EXPECT_EQ(facts.calls, 1019U);
  EXPECT_EQ(facts.in_syscalls, 1501ms);
  EXPECT_EQ(facts.completeness.status, Status::complete);
}

TEST(SyscallsSection, OrdersTiesByName) {
  auto activity = traced();
  activity.syscalls = {calls_of(kWrite, 1, 1us), calls_of(kRead, 1, 1us)};
  EXPECT_EQ(gather_traced(activity).rows[0].syscall, "read");
}

TEST(SyscallsSection, IsPartialWhereSomethingWasLost) {
  for (const char* cause : {"latency_thread_slot", "latency_pairing", "latency_clock",
                            "histogram_slots", "calls", "error_rows", "skipped_runs"}) {
    auto activity = traced();
    activity.losses[cause] = 3;
    const auto section = present(gather_traced(activity));
    EXPECT_TRUE(is_well_formed(section));
    EXPECT_EQ(section.status, Status::partial) << cause;
    EXPECT_THAT(section.reason, HasSubstr("lost: 3 "));
    EXPECT_EQ(section.reason.find(cause + std::string(" ")),
              cause == std::string("calls") ? 8U : std::string::npos);
  }
}

TEST(SyscallsSection, SaysWhyItCouldNotLook) {
  Snapshot end;
  end.gap = "needs rights";
  const auto section = present(gather_traced(traced(), {}, end));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_EQ(section.reason, "needs rights");
}

TEST(SyscallsSection, KnowsNothingUntraced) {
  const auto both = snapshot_of({{7, in_call(kFutex)}});
  const auto section = present(gather_untraced(both, both));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::unavailable);
  EXPECT_EQ(section.reason, "there is no BTF");
  for (const char* key : {"calls", "errors", "calls_per_s", "in_syscalls_ns", "activity"})
    EXPECT_TRUE(is_unknown(metric(section, key))) << key;
  EXPECT_THAT(section.tables.at(0).rows, IsEmpty());
  EXPECT_EQ(section.tables.at(0).when_empty, "");
  EXPECT_EQ(table(section, "in_flight").rows.size(), 1U);
}

TEST(SyscallsSection, ShowsTheAbiOnlyWhereItIsForeign) {
  auto activity = traced();
  activity.syscalls = {calls_of(kRead, 1, 1us)};
  EXPECT_EQ(show_of(present(gather_traced(activity)), "abi"), Show::json_only);
  activity.syscalls.push_back(calls_of({Abi::compat32, 3}, 1, 1us));
  EXPECT_EQ(show_of(present(gather_traced(activity)), "abi"), Show::everywhere);
}

TEST(SyscallsSection, ShowsRestartsOnlyWhereThereAreSome) {
  auto activity = traced();
  activity.syscalls = {calls_of(kRead, 1, 1us)};
  EXPECT_EQ(show_of(present(gather_traced(activity)), "restarts"), Show::json_only);
  activity.syscalls[0].restarts = 1;
  EXPECT_EQ(show_of(present(gather_traced(activity)), "restarts"), Show::everywhere);
}

TEST(SyscallsSection, LeavesUnknownLatenciesUnknown) {
  auto activity = traced();
  activity.syscalls = {calls_of({Abi::native, SYS_exit_group}, 1, 0ns)};
  const auto section = present(gather_traced(activity));
  const auto& table = section.tables.at(0);
  ASSERT_EQ(table.rows.size(), 1U);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& key = table.columns[i].key;
    // This activity tells neither intervals nor what calls returned.
    const bool untold = key.starts_with("interval_") || key == "zeros";
    const bool latency = key.ends_with("_ns") || key == "histogram";
    EXPECT_EQ(is_unknown(table.rows[0][i]), latency || untold) << key;
  }
}

trace::Activity scaled(double coverage) {
  auto activity = traced();
  activity.counts = trace::Counts::scaled;
  activity.coverage = coverage;
  return activity;
}

TEST(SyscallsSection, SaysThatCountsAreScaled) {
  auto activity = scaled(0.093);
  activity.syscalls = {calls_of(kRead, 1000, 1us)};
  const auto section = present(gather_traced(activity));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_EQ(section.reason, "calls were seen in 9.3% of the window, and scaled to it");
  EXPECT_EQ(metric(section, "calls"), Value(std::uint64_t{1000}));
}

TEST(SyscallsSection, DoesNotTakeUnseenForNone) {
  const auto facts = gather_traced(scaled(0.1));
  EXPECT_EQ(facts.activity_text, "no system calls in the 10.0% of 2.00 s that were watched");
  EXPECT_EQ(present(facts).tables.at(0).when_empty, "No call was seen.");
}

TEST(SyscallsSection, MarksLatenciesThatTheTracerInflated) {
  auto activity = traced();
  activity.inflated_latencies = true;
  activity.syscalls = {calls_of(kRead, 1, 1us)};
  EXPECT_THAT(present(gather_traced(activity)).tables.at(0).title,
              HasSubstr("(wall time, inflated by the tracer's stops)"));
}

TEST(SyscallsSection, SaysWhichCallsWereCounted) {
  auto activity = traced();
  activity.syscalls = {calls_of(kRead, 1, 1us)};
  const Filter filter{*trace::TraceSet::parse("read"), true};
  const auto facts = gather(Snapshot{}, Snapshot{}, kWindow, &activity, "", filter);
  EXPECT_EQ(facts.activity_text, "read (only -e read -Z)");
  const auto section = present(facts);
  EXPECT_EQ(section.status, Status::complete);  // all that was asked for
  EXPECT_EQ(metric(section, "filter"), Value("-e read -Z"));
  EXPECT_THAT(section.tables.at(0).title, HasSubstr("only -e read -Z"));
  EXPECT_TRUE(is_unknown(metric(present(gather_traced(activity)), "filter")));
}

TEST(SyscallsSection, SaysThatNoSuchCallWasMade) {
  const auto activity = traced();
  const auto facts =
      gather(Snapshot{}, Snapshot{}, kWindow, &activity, "", Filter{trace::TraceSet(), true});
  EXPECT_EQ(facts.activity_text, "no failed calls in 2.00 s (only -Z)");
  EXPECT_EQ(present(facts).tables.at(0).when_empty,
            "No failed call ended in the window (only -Z).");
}

TEST(SyscallsSection, PresentsTheContractsKeys) {
  auto activity = traced();
  activity.syscalls = {calls_of(kRead, 10, 1us)};
  activity.syscalls[0].errors = 4;
  const auto section = present(gather_traced(activity));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(metric(section, "calls"), Value(std::uint64_t{10}));
  EXPECT_EQ(metric(section, "errors"), Value(std::uint64_t{4}));
  EXPECT_EQ(metric(section, "calls_per_s"), Value(Rate{5}));
  EXPECT_EQ(metric(section, "in_syscalls_ns"), Value(nanoseconds(10us)));
  EXPECT_EQ(metric(section, "activity"), Value(std::vector<std::string>{"read"}));
}

}  // namespace
}  // namespace debug_process::sections::syscalls
