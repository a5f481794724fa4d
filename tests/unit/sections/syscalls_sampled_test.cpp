// What is told where calls were not counted but time was sampled.
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
using testing::HasSubstr;
using testing::IsEmpty;

trace::Sampled found(pid_t tid, std::optional<trace::SyscallKey> call, std::uint64_t samples,
                     char state = 'S') {
  return {tid, 7, "worker", state, call, true, std::nullopt, samples};
}

trace::Activity sampled(std::vector<trace::Sampled> rows) {
  auto activity = traced();
  activity.counts = trace::Counts::samples;
  activity.coverage = 0;
  activity.passes = 100;
  activity.sampled = std::move(rows);
  return activity;
}

TEST(SyscallsSampled, HasSharesAndNoCounts) {
  const auto activity = sampled({found(7, kRead, 75), found(7, std::nullopt, 25, 'R')});
  const auto section = present(gather_traced(activity));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_EQ(section.reason, "sampled 50 times a second: shares of time, no counts");
  for (const char* key : {"calls", "errors", "calls_per_s", "in_syscalls_ns", "activity"})
    EXPECT_TRUE(is_unknown(metric(section, key))) << key;
  EXPECT_EQ(metric(section, "looks_per_s"), Value(Rate{50}));
  EXPECT_THAT(table(section, "syscalls").rows, IsEmpty());
  EXPECT_EQ(table(section, "syscalls").when_empty, "");
  const auto& shares = table(section, "time_shares");
  ASSERT_EQ(shares.rows.size(), 2U);
  EXPECT_EQ(shares.rows[0].back(), Value(Ratio{0.75}));
  EXPECT_EQ(shares.rows[1].back(), Value(Ratio{0.25}));
}

TEST(SyscallsSampled, TakesSharesOfEachThreadsOwnTime) {
  const Facts facts =
      gather_traced(sampled({found(7, kRead, 100), found(8, kFutex, 1), found(8, kRead, 1)}));
  EXPECT_EQ(facts.time_shares[0].share, Ratio{1});
  EXPECT_EQ(facts.time_shares[1].share, Ratio{0.5});
}

TEST(SyscallsSampled, MergesManyThreadsInText) {
  std::vector<trace::Sampled> rows;
  for (pid_t tid = 1; tid <= 20; ++tid) rows.push_back(found(tid, kFutex, 5));
  rows.push_back(found(1, kRead, 100));
  const auto many = present(gather_traced(sampled(rows)));
  const auto& merged = table(many, "time_by_place");
  ASSERT_EQ(merged.rows.size(), 2U);
  EXPECT_EQ(merged.columns[0].show, Show::everywhere);
  EXPECT_EQ(table(many, "time_shares").columns[0].show, Show::json_only);
  EXPECT_EQ(merged.rows[0][1], Value("futex"));
  EXPECT_EQ(merged.rows[0][3], Value(std::uint64_t{20}));
  EXPECT_EQ(merged.rows[0].back(), Value(Ratio{0.5}));

  const auto few = present(gather_traced(sampled({found(1, kRead, 5), found(2, kRead, 5)})));
  EXPECT_EQ(table(few, "time_by_place").columns[0].show, Show::json_only);
  EXPECT_EQ(table(few, "time_shares").columns[0].show, Show::everywhere);
}

TEST(SyscallsSampled, NamesTheProcessWhereThereAreSeveral) {
  auto child = found(8, kRead, 5);
  child.pid = 8;
  const auto section = present(gather_traced(sampled({found(7, kRead, 5), child})));
  EXPECT_EQ(table(section, "time_shares").columns[1].show, Show::everywhere);
}

TEST(SyscallsSampled, HasNoNumbersForThreadsThatAreKeptTogether) {
  auto ended = found(0, kRead, 10);
  ended.pid = 0;
  const auto section = present(gather_traced(sampled({ended, found(7, kRead, 5)})));
  EXPECT_TRUE(is_well_formed(section));
  const auto& shares = table(section, "time_shares");
  EXPECT_TRUE(is_unknown(shares.rows[0][0]));
  EXPECT_TRUE(is_unknown(shares.rows[0][1]));
  EXPECT_EQ(shares.rows[1][0], Value(std::int64_t{7}));
  // How many threads stood there is then unknown too.
  EXPECT_TRUE(is_unknown(table(section, "time_by_place").rows[0][3]));
}

TEST(SyscallsSampled, SaysWhereTheTimeGoes) {
  EXPECT_EQ(gather_traced(sampled({found(7, kEpollPwait, 92), found(7, std::nullopt, 6, 'R'),
                                   found(7, kFutex, 2)}))
                .activity_text,
            "epoll_pwait 92%, running 6%, futex 2% (sampled)");
}

TEST(SyscallsSampled, LeavesIdleThreadsOutOfTheSummary) {
  const auto start = snapshot_of({{7, in_call(kRead, 10)}, {8, in_call(kFutex, 3)}});
  const auto end = snapshot_of({{7, in_call(kRead, 90)}, {8, in_call(kFutex, 3)}});
  const auto activity = sampled({found(7, kRead, 100), found(8, kFutex, 100)});
  EXPECT_EQ(gather_traced(activity, start, end).activity_text,
            "read 100% (sampled; 1 idle thread)");
  const auto all_idle = snapshot_of({{7, in_call(kRead, 10)}, {8, in_call(kFutex, 3)}});
  EXPECT_EQ(gather_traced(activity, start, all_idle).activity_text,
            "futex 50%, read 50% (sampled)");
}

TEST(SyscallsSampled, DoesNotTakeAThreadThatComputesForIdle) {
  // It does not go to sleep anew either.
  const auto both = snapshot_of({{7, running()}, {8, in_call(kFutex)}});
  auto unmoved = both;
  unmoved.threads[7].switches = 10;
  const auto activity = sampled({found(7, std::nullopt, 10, 'R'), found(8, kFutex, 10)});
  EXPECT_EQ(gather_traced(activity, unmoved, unmoved).activity_text,
            "running 100% (sampled; 1 idle thread)");
}

TEST(SyscallsSampled, HasWordsWhereCallsAreNotKnown) {
  auto asleep = found(7, std::nullopt, 90);
  asleep.call_known = false;
  auto elsewhere = asleep;
  elsewhere.samples = 8;
  elsewhere.wait_channel = "ep_poll";
  auto on_disk = found(7, std::nullopt, 2, 'D');
  EXPECT_EQ(gather_traced(sampled({asleep, elsewhere, on_disk})).activity_text,
            "sleeping 90%, sleeping in ep_poll 8%, uninterruptible sleep 2% (sampled)");
}

TEST(SyscallsSampled, TellsCallsInFlightOnce) {
  auto activity = sampled({found(7, kRead, 100), found(8, kFutex, 50), found(9, kFutex, 1)});
  activity.in_flight = {{7, kRead, 1900ms}, {8, kFutex, 300ms}, {9, kFutex, 0ms}};
  const auto start = snapshot_of({{7, in_call(kRead, 10)}, {8, in_call(kFutex, 3)}});
  const auto end = snapshot_of({{7, in_call(kRead, 10)}, {8, in_call(kFutex, 5)}});
  const Facts facts = gather_traced(activity, start, end);
  ASSERT_EQ(facts.in_flight.size(), 3U);
  EXPECT_EQ(facts.in_flight[0].tid, 7);
  EXPECT_EQ(facts.in_flight[0].elapsed, kWindow);
  EXPECT_TRUE(facts.in_flight[0].started_before_window);
  EXPECT_EQ(facts.in_flight[1].elapsed, 300ms);
  EXPECT_FALSE(facts.in_flight[1].started_before_window);
  EXPECT_EQ(facts.in_flight[2].tid, 9);
  EXPECT_FALSE(facts.in_flight[2].elapsed);  // unknown, and not 0
  EXPECT_EQ(facts.in_flight[2].thread, "worker");
}

TEST(SyscallsSampled, SaysThatItCouldNotLookEvenOnce) {
  auto activity = sampled({});
  activity.passes = 0;
  const auto section = present(gather_traced(activity));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::unavailable);
  EXPECT_THAT(section.reason, HasSubstr("could be looked at"));
}

TEST(SyscallsSampled, LeavesTheOtherBackendsTablesEmpty) {
  const auto section = present(gather_traced(traced()));
  EXPECT_THAT(table(section, "time_shares").rows, IsEmpty());
  EXPECT_THAT(table(section, "time_by_place").rows, IsEmpty());
}

}  // namespace
}  // namespace debug_process::sections::syscalls
