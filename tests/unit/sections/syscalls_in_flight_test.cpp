// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "sections/syscalls/gather.h"
#include "sections/syscalls/present.h"
#include "unit/sections/fixture.h"
#include "unit/sections/syscalls_samples.h"

namespace debug_process::sections::syscalls {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using trace::abi::Abi;
namespace fs = std::filesystem;

// A process of one thread, which stands in `call`: a line of /proc/PID/task/TID/syscall.
std::optional<trace::SyscallKey> call_read_from(const std::string& line) {
  std::string folder = fs::temp_directory_path() / "syscalls_test.XXXXXX";
  EXPECT_NE(::mkdtemp(folder.data()), nullptr);
  fs::create_directories(folder + "/5/task/5");
  std::ofstream(folder + "/5/task/5/syscall") << line << "\n";
  Source source;
  source.pid = 5;
  source.procfs = proc::Procfs(folder);
  const Snapshot snapshot = syscalls::snapshot(source);
  fs::remove_all(folder);
  EXPECT_EQ(snapshot.threads.size(), 1U);
  return snapshot.threads.at(5).call;
}

TEST(SyscallsSection, TellsCallsBegunInTheWindow) {
  auto activity = traced();
  activity.threads = {{7, 5}};
  activity.in_flight = {{7, kRead, 300ms}};
  const Facts facts = gather_traced(activity, {}, snapshot_of({{7, in_call(kRead)}}));
  ASSERT_EQ(facts.in_flight.size(), 1U);
  EXPECT_EQ(facts.in_flight[0].tid, 7);
  EXPECT_EQ(facts.in_flight[0].thread, "worker");
  EXPECT_EQ(facts.in_flight[0].syscall, "read");
  EXPECT_EQ(facts.in_flight[0].elapsed, 300ms);
  EXPECT_FALSE(facts.in_flight[0].started_before_window);
  EXPECT_EQ(facts.in_flight[0].wait_channel, "futex_do_wait");
}

TEST(SyscallsSection, TellsOfThreadsThatMadeNoEventAtAll) {
  // However often it woke up within the call: a return would have been an event.
  const auto start = snapshot_of({{7, in_call(kFutex, 10)}, {8, in_call(kRead)}, {9, running()}});
  const auto end = snapshot_of({{7, in_call(kFutex, 99)}, {8, in_call(kFutex)}, {9, running()}});
  const Facts facts = gather_traced(traced(), start, end);
  ASSERT_EQ(facts.in_flight.size(), 1U);
  EXPECT_EQ(facts.in_flight[0].tid, 7);
  EXPECT_EQ(facts.in_flight[0].elapsed, kWindow);
  EXPECT_TRUE(facts.in_flight[0].started_before_window);
}

TEST(SyscallsSection, DoesNotTellAThreadTwice) {
  auto activity = traced();
  activity.threads = {{7, 5}};
  const auto both = snapshot_of({{7, in_call(kFutex)}});
  EXPECT_THAT(gather_traced(activity, both, both).in_flight, IsEmpty());
  activity.in_flight = {{7, kFutex, 1ms}};
  EXPECT_EQ(gather_traced(activity, both, both).in_flight.size(), 1U);
}

TEST(SyscallsSection, DoesNotTakeAThreadWithoutASlotForBlocked) {
  // Its calls were counted, and not as its own: that it shows no event says nothing.
  auto activity = traced();
  activity.losses["latency_thread_slot"] = 500;
  const auto start = snapshot_of({{7, in_call(kFutex, 10)}, {8, in_call(kFutex, 3)}});
  const auto end = snapshot_of({{7, in_call(kFutex, 600)}, {8, in_call(kFutex, 3)}});
  const Facts facts = gather_traced(activity, start, end);
  ASSERT_EQ(facts.in_flight.size(), 1U);
  EXPECT_EQ(facts.in_flight[0].tid, 8);
}

TEST(SyscallsSection, InSlicesTakesOnlyAnUnmovedThreadForBlocked) {
  // That no call of it was seen says nothing of the time between the slices.
  auto activity = traced();
  activity.counts = trace::Counts::scaled;
  const auto start = snapshot_of({{7, in_call(kFutex, 10)}, {8, in_call(kFutex, 3)}});
  const auto end = snapshot_of({{7, in_call(kFutex, 11)}, {8, in_call(kFutex, 3)}});
  const Facts facts = gather_traced(activity, start, end);
  ASSERT_EQ(facts.in_flight.size(), 1U);
  EXPECT_EQ(facts.in_flight[0].tid, 8);
  EXPECT_TRUE(facts.in_flight[0].started_before_window);
}

TEST(SyscallsSection, FilteredTakesOnlyAnUnmovedThreadForBlocked) {
  const auto activity = traced();
  const Filter filter{*trace::TraceSet::parse("read,futex"), false};
  const auto start = snapshot_of(
      {{7, in_call(kFutex, 10)}, {8, in_call(kFutex, 3)}, {9, in_call(kEpollPwait, 3)}});
  const auto end = snapshot_of(
      {{7, in_call(kFutex, 11)}, {8, in_call(kFutex, 3)}, {9, in_call(kEpollPwait, 3)}});
  const Facts facts = gather(start, end, kWindow, &activity, "", filter);
  ASSERT_EQ(facts.in_flight.size(), 1U);  // and nothing of what was not asked for
  EXPECT_EQ(facts.in_flight[0].tid, 8);
}

TEST(SyscallsSection, TakesUnknownSwitchesForNoProof) {
  auto activity = traced();
  activity.counts = trace::Counts::scaled;
  auto standing = in_call(kFutex);
  standing.switches.reset();
  const auto both = snapshot_of({{7, standing}});
  EXPECT_THAT(gather_traced(activity, both, both).in_flight, IsEmpty());
}

TEST(SyscallsSection, UntracedTellsForHowLongOnlyWhereNothingChanged) {
  const auto start = snapshot_of({{7, in_call(kFutex, 10)}, {8, in_call(kFutex, 10)}});
  const auto end = snapshot_of(
      {{7, in_call(kFutex, 10)}, {8, in_call(kFutex, 11)}, {9, in_call(kRead)}, {10, running()}});
  const Facts facts = gather_untraced(start, end);
  EXPECT_FALSE(facts.traced);
  ASSERT_EQ(facts.in_flight.size(), 3U);
  EXPECT_EQ(facts.in_flight[0].tid, 7);
  EXPECT_EQ(facts.in_flight[0].elapsed, kWindow);
  EXPECT_TRUE(facts.in_flight[0].started_before_window);
  for (const std::size_t other : {1U, 2U}) {
    EXPECT_FALSE(facts.in_flight[other].elapsed);
    EXPECT_FALSE(facts.in_flight[other].started_before_window);
  }
}

TEST(SyscallsSection, PutsTheLongestInFlightFirst) {
  auto activity = traced();
  activity.threads = {{7, 1}, {8, 1}};
  activity.in_flight = {{7, kRead, 3ms}, {8, kWrite, 30ms}};
  const auto both = snapshot_of({{9, in_call(kFutex)}});
  const Facts facts = gather_traced(activity, both, both);
  ASSERT_EQ(facts.in_flight.size(), 3U);
  EXPECT_EQ(facts.in_flight[0].tid, 9);
  EXPECT_EQ(facts.in_flight[1].tid, 8);
  EXPECT_EQ(facts.in_flight[2].tid, 7);
}

TEST(SyscallsActivity, IsTheUsualCycle) {
  auto activity = traced();
  activity.syscalls = {calls_of(kRead, 10, 1us), calls_of(kWrite, 10, 1us)};
  activity.transitions = {{kEpollPwait, kRead, 10}, {kRead, kWrite, 10}, {kWrite, kEpollPwait, 10}};
  const Facts facts = gather_traced(activity);
  EXPECT_THAT(facts.activity, ElementsAre("epoll_pwait", "read", "write"));
  EXPECT_EQ(facts.activity_text, "epoll_pwait -> read -> write");
}

TEST(SyscallsActivity, SaysThatItComputes) {
  const auto both = snapshot_of({{7, running()}, {8, in_call(kFutex)}});
  EXPECT_EQ(gather_traced(traced(), both, both).activity_text,
            "running, no system calls in 2.00 s");
  EXPECT_EQ(gather_untraced(both, snapshot_of({{7, running()}})).activity_text,
            "running (system calls were not traced)");
}

TEST(SyscallsActivity, SaysWhatItWaitsIn) {
  const auto one = snapshot_of({{7, in_call(kFutex)}});
  EXPECT_EQ(gather_traced(traced(), one, one).activity_text,
            "waiting: futex (no call ended in 2.00 s)");
  const auto some =
      snapshot_of({{6, in_call(kEpollPwait)}, {7, in_call(kFutex)}, {8, in_call(kFutex)}});
  EXPECT_EQ(gather_traced(traced(), some, some).activity_text,
            "waiting: 2 threads in futex, 1 in epoll_pwait (no call ended in 2.00 s)");
  EXPECT_EQ(gather_untraced(some, some).activity_text,
            "at the end: 2 threads in futex, 1 in epoll_pwait (system calls were not traced)");
}

TEST(SyscallsActivity, NamesThreeWaitsAtMost) {
  const auto many = snapshot_of(
      {{1, in_call(kFutex)}, {2, in_call(kRead)}, {3, in_call(kWrite)}, {4, in_call(kEpollPwait)}});
  EXPECT_THAT(gather_traced(traced(), many, many).activity_text, HasSubstr(", ... (no call"));
}

TEST(SyscallsActivity, SaysWhenNothingIsKnown) {
  EXPECT_EQ(gather_traced(traced()).activity_text, "no system calls in 2.00 s");
  EXPECT_EQ(gather_untraced({}, {}).activity_text, "unknown: system calls were not traced");
}

TEST(SyscallsSnapshot, ReadsAFixture) {
  const Snapshot snapshot = syscalls::snapshot(fixture_source(kHostile));
  EXPECT_FALSE(snapshot.gap);
  ASSERT_EQ(snapshot.threads.size(), 2U);
  EXPECT_EQ(snapshot.threads.at(4242).call, (trace::SyscallKey{Abi::native, 232}));
  EXPECT_EQ(snapshot.threads.at(4242).switches, 12U);
  EXPECT_EQ(snapshot.threads.at(4243).call, (trace::SyscallKey{Abi::native, 202}));
  EXPECT_EQ(snapshot.threads.at(4243).thread, "w\x1b[31m rk");
  EXPECT_FALSE(snapshot.threads.at(4243).wait_channel);
}

TEST(SyscallsSnapshot, OfAnEndedProcessLacksNothing) {
  const Snapshot snapshot = syscalls::snapshot(fixture_source(kNobody));
  EXPECT_THAT(snapshot.threads, IsEmpty());
  EXPECT_FALSE(snapshot.gap);
}

TEST(SyscallsSnapshot, KnowsThe32BitDoor) {
  // Of a 32-bit program both its stack and its code are below 4 GiB; of others at most one is.
  EXPECT_EQ(call_read_from("168 0x1 0x1 0x0 0x0 0x0 0x0 0xff9fb2a0 0xf7f2b579"),
            (trace::SyscallKey{Abi::compat32, 168}));
  EXPECT_EQ(call_read_from("7 0x1 0x1 0x0 0x0 0x0 0x0 0xc000012345 0x46f2a3"),
            (trace::SyscallKey{Abi::native, 7}));
  EXPECT_EQ(call_read_from("1073741831 0x1 0x1 0x0 0x0 0x0 0x0 0xffffa2a0 0x46f2a3"),
            (trace::SyscallKey{Abi::x32, 7}));
  EXPECT_EQ(call_read_from("-1 0x7ffd1c3c0000 0x7f2b9c3d0000"), std::nullopt);
  EXPECT_EQ(call_read_from("running"), std::nullopt);
}

TEST(LastCalls, AreNamedAfterTheThreadsThatWereThereAtTheStart) {
  trace::Activity activity = traced();
  activity.last_calls = {{9, kWrite, true}, {7, kRead, false}};
  const Facts facts =
      gather(snapshot_of({{7, in_call(kRead)}}), Snapshot(), kWindow, &activity, "");
  ASSERT_EQ(facts.last_calls.size(), 2U);
  EXPECT_EQ(facts.last_calls[0].tid, 7);
  EXPECT_EQ(facts.last_calls[0].thread, "worker");
  EXPECT_EQ(facts.last_calls[0].syscall, "read");
  EXPECT_FALSE(facts.last_calls[0].returned);
  EXPECT_EQ(facts.last_calls[1].thread, std::nullopt) << "it began in the window";
}

TEST(LastCalls, NobodyReturnsFromExit) {
  Facts facts;
  facts.last_calls = {{7, "worker", "exit_group", true}, {8, "worker", "write", true}};
  for (const report::Table& table : present(facts).tables) {
    if (table.id != "last_calls") continue;
    EXPECT_TRUE(report::is_unknown(table.rows.at(0).at(3)));
    EXPECT_EQ(table.rows.at(1).at(3), report::Value(true));
  }
}

}  // namespace
}  // namespace debug_process::sections::syscalls
