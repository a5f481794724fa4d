// The table of processes, with --follow.
// SPDX-License-Identifier: Apache-2.0
#include "sections/process/followed.h"

#include <gtest/gtest.h>

#include <csignal>

#include "sections/process/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::process {
namespace {

using report::Value;
using std::chrono::nanoseconds;

constexpr int kExitedWith3 = 3 << 8;

trace::ProcessStats target() {
  trace::ProcessStats stats;
  stats.pid = kHostile;
  stats.comm = "target";
  stats.calls = 10;
  stats.in_calls = nanoseconds(100);
  return stats;
}

trace::ProcessStats child(pid_t pid, std::uint64_t calls, nanoseconds in_calls) {
  trace::ProcessStats stats;
  stats.pid = pid;
  stats.parent = kHostile;
  stats.comm = "child";
  stats.calls = calls;
  stats.in_calls = in_calls;
  stats.started_in_window = true;
  return stats;
}

Facts facts_of(const trace::Activity& activity) {
  Facts facts;
  facts.pid = kHostile;
  facts.ppid = 1;
  add_followed(fixture_source(kHostile), activity, facts);
  return facts;
}

TEST(FollowedProcesses, AreNoneWhereOnlyTheTargetWasWatched) {
  const Facts facts = facts_of({});
  EXPECT_FALSE(facts.followed);
  const auto section = present(facts);
  for (const auto& table : section.tables) EXPECT_NE(table.id, "processes");
}

TEST(FollowedProcesses, AreSortedByTimeInCallsAndThenByCalls) {
  trace::Activity activity;
  activity.processes = {target(), child(5, 7, nanoseconds(300)), child(6, 8, nanoseconds(300)),
                        child(7, 9, nanoseconds(0))};
  const Facts facts = facts_of(activity);
  ASSERT_EQ(facts.followed->size(), 4U);
  const std::vector<pid_t> order{6, 5, kHostile, 7};
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ((*facts.followed)[i].pid, order[i]);
  EXPECT_DOUBLE_EQ((*facts.followed)[0].share->value, 300.0 / 700);
}

TEST(FollowedProcesses, SayHowTheyEnded) {
  trace::Activity activity;
  activity.processes = {target(), child(5, 1, nanoseconds(2)), child(6, 1, nanoseconds(1))};
  activity.processes[1].ended_in_window = true;
  activity.processes[1].wait_status = kExitedWith3;
  activity.processes[2].ended_in_window = true;
  activity.processes[2].wait_status = SIGTERM;
  const Facts facts = facts_of(activity);
  EXPECT_EQ((*facts.followed)[0].state, "sleeping");
  EXPECT_EQ((*facts.followed)[1].state, "exited with 3");
  EXPECT_EQ((*facts.followed)[2].state, "killed by SIGTERM");
}

TEST(FollowedProcesses, HaveAnUnknownStateWhenTheyAreGoneAndNobodySawThemEnd) {
  trace::Activity activity;
  activity.processes = {target(), child(kNobody, 1, nanoseconds(2))};
  EXPECT_FALSE((*facts_of(activity).followed)[1].state);
}

TEST(FollowedProcesses, HaveTheParentOfTheTargetFromProc) {
  trace::Activity activity;
  activity.processes = {target()};
  EXPECT_EQ((*facts_of(activity).followed)[0].parent, 1);
}

TEST(FollowedProcesses, HaveNoCountsWhereOnlySamplesWereTaken) {
  trace::Activity activity;
  activity.counts = trace::Counts::samples;
  activity.processes = {target(), child(5, 0, nanoseconds(0))};
  const Facts facts = facts_of(activity);
  for (const Followed& process : *facts.followed) {
    EXPECT_FALSE(process.calls);
    EXPECT_FALSE(process.in_calls);
    EXPECT_FALSE(process.share);
  }
}

TEST(FollowedProcesses, AreCountedInMetrics) {
  trace::Activity activity;
  activity.processes = {target(), child(5, 1, nanoseconds(2)), child(6, 1, nanoseconds(1))};
  activity.processes[1].ended_in_window = true;
  const auto section = present(facts_of(activity));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(metric(section, "processes"), Value(std::uint64_t{3}));
  EXPECT_EQ(metric(section, "processes_started"), Value(std::uint64_t{2}));
  EXPECT_EQ(metric(section, "processes_ended"), Value(std::uint64_t{1}));
}

}  // namespace
}  // namespace debug_process::sections::process
