// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/tally.h"

#include <gmock/gmock.h>
#include <sys/syscall.h>

namespace debug_process::trace::sampling {
namespace {

using namespace std::chrono_literals;

constexpr SyscallKey kRead{abi::Abi::native, SYS_read};
constexpr SyscallKey kFutex{abi::Abi::native, SYS_futex};
const Clock::time_point kStart{};

Look in(SyscallKey call, const char* channel = "somewhere") {
  return {"worker", {'S', call, true, channel}, std::nullopt};
}

TEST(Tally, CountsEachPlaceOfEachThread) {
  Tally tally{TraceSet()};
  for (int i = 0; i < 3; ++i) tally.add(7, 7, in(kRead));
  tally.add(7, 7, in(kFutex));
  tally.add(7, 8, in(kRead));
  EXPECT_EQ(tally.looks(), 5U);
  const auto sampled = tally.sampled();
  ASSERT_EQ(sampled.size(), 3U);
  EXPECT_EQ(sampled[0].tid, 7);
  EXPECT_EQ(sampled[0].call, kRead);
  EXPECT_EQ(sampled[0].samples, 3U);
  EXPECT_EQ(sampled[1].samples, 1U);
}

TEST(Tally, TellsTheSameCallInTwoKernelFunctionsApart) {
  Tally tally{TraceSet()};
  tally.add(7, 7, in(kRead, "pipe_read"));
  tally.add(7, 7, in(kRead, "sock_read"));
  EXPECT_EQ(tally.sampled().size(), 2U);
}

TEST(Tally, NamesAThreadAsItWasCalledLast) {
  Tally tally{TraceSet()};
  tally.add(7, 7, {"young", {'R', std::nullopt, true, std::nullopt}, std::nullopt});
  tally.add(7, 7, in(kRead));
  for (const Sampled& row : tally.sampled()) EXPECT_EQ(row.thread, "worker");
}

TEST(Tally, KeepsTimeOutsideOfTheSetAsStateOnly) {
  const auto set = TraceSet::parse("read");
  ASSERT_TRUE(set);
  Tally tally{*set};
  tally.add(7, 7, in(kRead));
  tally.add(7, 7, in(kFutex, "futex_wait"));
  tally.add(7, 7, in({abi::Abi::native, SYS_write}, "pipe_write"));
  const auto sampled = tally.sampled();
  ASSERT_EQ(sampled.size(), 2U);
  EXPECT_EQ(sampled[0].samples, 2U);
  EXPECT_FALSE(sampled[0].call);
  EXPECT_FALSE(sampled[0].wait_channel);
  EXPECT_EQ(sampled[0].state, 'S');
}

TEST(Tally, TellsForHowLongACallHasLastedAtLeast) {
  const Tally tally{TraceSet()};
  Look waiting = in(kRead);
  waiting.since = kStart;
  const Look running{"worker", {'R', std::nullopt, true, std::nullopt}, std::nullopt};
  const auto calls = tally.in_flight({{7, waiting}, {8, in(kFutex)}, {9, running}}, kStart + 3s);
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].tid, 7);
  EXPECT_EQ(calls[0].elapsed, 3s);
  EXPECT_EQ(calls[1].elapsed, 0s);
}

TEST(Tally, KeepsThreadsThatHaveEndedTogetherByTheirNames) {
  Tally tally{TraceSet()};
  tally.add(7, 7, in(kRead));
  for (pid_t tid = 100; tid < 110; ++tid) tally.add(tid, tid, in(kFutex));
  tally.merge_ended({7});
  EXPECT_EQ(tally.threads(), 1U);
  const auto sampled = tally.sampled();
  ASSERT_EQ(sampled.size(), 2U);
  EXPECT_EQ(sampled[0].tid, 0);
  EXPECT_EQ(sampled[0].pid, 0);
  EXPECT_EQ(sampled[0].thread, "worker");
  EXPECT_EQ(sampled[0].call, kFutex);
  EXPECT_EQ(sampled[0].samples, 10U);
  EXPECT_EQ(sampled[1].tid, 7);
}

TEST(Tally, KeepsABoundedNumberOfNames) {
  Tally tally{TraceSet()};
  for (pid_t tid = 1; tid <= 1000; ++tid) {
    Look look = in(kRead);
    look.thread = std::to_string(tid);
    tally.add(tid, tid, look);
  }
  tally.merge_ended({});
  const auto sampled = tally.sampled();
  EXPECT_LT(sampled.size(), 300U);
  std::uint64_t all = 0;
  for (const Sampled& row : sampled) all += row.samples;
  EXPECT_EQ(all, 1000U);
}

}  // namespace
}  // namespace debug_process::trace::sampling
