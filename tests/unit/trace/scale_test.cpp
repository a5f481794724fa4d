// SPDX-License-Identifier: Apache-2.0
#include "trace/scale.h"

#include <gtest/gtest.h>

#include <string_view>

namespace debug_process::trace {
namespace {

using namespace std::chrono_literals;

TEST(Scale, TakesInWhatWasDoneWithEachFile) {
  Activity activity;
  activity.descriptors.emplace();
  DescriptorIo descriptor;
  descriptor.files = 2;
  descriptor.io.calls = 10;
  descriptor.io.written_bytes = 1000;
  activity.descriptors->push_back(descriptor);
  ClosedIo closed;
  closed.files = 3;
  closed.io.read_bytes = 7;
  activity.closed.push_back(closed);
  scale(activity, {2});
  EXPECT_EQ(activity.descriptors->front().io.calls, 20U);
  EXPECT_EQ(activity.descriptors->front().io.written_bytes, 2000U);
  EXPECT_EQ(activity.descriptors->front().files, 2U);
  EXPECT_EQ(activity.closed.front().files, 6U);
  EXPECT_EQ(activity.closed.front().io.read_bytes, 14U);
}

TEST(Scale, TakesInWhatErrorsWereAbout) {
  Activity activity;
  ErrorStats error;
  error.objects = {{"/a", std::nullopt, 5}};
  activity.errors = {error};
  scale(activity, {3});
  EXPECT_EQ(activity.errors.front().objects.front().calls, 15U);
}

Activity one_call_of_each_kind() {
  Activity activity;
  SyscallStats stats;
  stats.calls = 10;
  stats.errors = 4;
  stats.restarts = 2;
  stats.untimed = 1;
  stats.latency.offset = -100;
  stats.latency.counts = {3, 6};
  stats.latency.count = 9;
  stats.latency.sum = 900ns;
  stats.latency.min = 50ns;
  stats.latency.max = 200ns;
  activity.syscalls.push_back(stats);
  activity.errors.push_back({stats.key, 2, 4, {}, std::nullopt, std::nullopt});
  activity.threads.push_back({1, 10});
  activity.transitions.push_back({stats.key, stats.key, 9});
  activity.exited_threads_calls = 5;
  return activity;
}

TEST(Scale, MultipliesCountsAndTimesAndMarksThem) {
  Activity activity = one_call_of_each_kind();
  scale(activity, {2.5});
  EXPECT_EQ(activity.counts, Counts::scaled);
  const SyscallStats& stats = activity.syscalls.front();
  EXPECT_EQ(stats.errors, 10);
  EXPECT_EQ(stats.restarts, 5);
  EXPECT_EQ(stats.latency.sum, 2250ns);
  EXPECT_EQ(activity.errors.front().calls, 10);
  EXPECT_EQ(activity.threads.front().calls, 25);
  EXPECT_EQ(activity.exited_threads_calls, 13);
}

TEST(Scale, KeepsCallsTheSumOfTimedAndUntimedOnes) {
  Activity activity = one_call_of_each_kind();
  scale(activity, {2.5});
  const SyscallStats& stats = activity.syscalls.front();
  EXPECT_EQ(stats.latency.count, stats.latency.bucketed());
  EXPECT_EQ(stats.calls, stats.latency.count + stats.untimed);
}

// Calls in many buckets, all of which failed.
TEST(Scale, MakesNoMoreErrorsThanCalls) {
  Activity activity;
  SyscallStats stats;
  stats.latency.counts.assign(20, 1);
  stats.latency.count = stats.calls = stats.errors = 20;
  activity.syscalls.push_back(stats);
  scale(activity, {1.4});
  EXPECT_EQ(activity.syscalls.front().calls, 28U);
  EXPECT_EQ(activity.syscalls.front().errors, 28U);
}

SyscallStats calls_of(std::string_view name, std::uint64_t calls) {
  SyscallStats stats;
  stats.key = {abi::Abi::native, abi::syscall_number(abi::Abi::native, name).value()};
  stats.calls = calls;
  stats.untimed = calls;
  return stats;
}

DescriptorIo descriptor_with(std::uint64_t calls, std::uint64_t transfers) {
  DescriptorIo descriptor;
  descriptor.io.calls = calls;
  descriptor.io.transfers = transfers;
  return descriptor;
}

// A server: what it reads and writes, and what it waits with.
Activity reads_and_waits() {
  Activity activity;
  activity.syscalls = {calls_of("read", 100), calls_of("epoll_pwait", 50)};
  activity.errors.push_back({activity.syscalls[0].key, 11, 10, {}, std::nullopt, std::nullopt});
  activity.threads.push_back({1, 150});
  activity.descriptors = {{descriptor_with(100, 90), descriptor_with(50, 0)}};
  return activity;
}

// 1500 calls altogether, 800 of them reads.
constexpr Factors kTwoKinds{10, 8};

TEST(Scale, TakesReadsAndWritesByTheirOwnFactor) {
  Activity activity = reads_and_waits();
  scale(activity, kTwoKinds);
  EXPECT_EQ(activity.syscalls[0].calls, 800U);
  EXPECT_EQ(activity.syscalls[1].calls, 700U);
  EXPECT_EQ(activity.errors[0].calls, 80U);
  EXPECT_EQ(activity.threads[0].calls, 1500U);
}

TEST(Scale, TakesFilesByTheKindOfTheirCallsWhereItIsKnown) {
  Activity activity = reads_and_waits();
  scale(activity, kTwoKinds);
  EXPECT_EQ(activity.descriptors->at(0).io.calls, 800U);
  EXPECT_EQ(activity.descriptors->at(1).io.calls, 700U);
  Activity receives = reads_and_waits();
  receives.syscalls.push_back(calls_of("recvfrom", 5));
  scale(receives, kTwoKinds);
  EXPECT_EQ(receives.descriptors->at(0).io.calls, 1000U);
}

TEST(Scale, LeavesFilesThatWereOnlyReadInVainToTheFactorOfAll) {
  Activity activity = reads_and_waits();
  activity.descriptors->push_back(descriptor_with(10, 0));
  activity.descriptors->back().io.errors = 10;
  scale(activity, kTwoKinds);
  EXPECT_EQ(activity.descriptors->back().io.calls, 100U);
}

Activity calls_and_waits(std::string_view name, std::uint64_t calls, std::uint64_t waits) {
  Activity activity;
  activity.syscalls = {calls_of(name, calls), calls_of("epoll_pwait", waits)};
  return activity;
}

// It is in the account too, and twice.
TEST(Scale, TakesSendfileForAReadAndKeepsTheSum) {
  Activity activity = calls_and_waits("sendfile", 100, 300);
  scale(activity, {17.5, 10});
  EXPECT_EQ(activity.syscalls[0].calls, 1000U);
  EXPECT_EQ(activity.syscalls[1].calls, 6000U);
}

TEST(Scale, UsesOneFactorWhereTwoWouldMakeLessOfTheOthersThanWasSeen) {
  Activity activity = calls_and_waits("read", 10000, 100);
  scale(activity, {2, 2.015});
  EXPECT_EQ(activity.syscalls[0].calls, 20000U);
  EXPECT_EQ(activity.syscalls[1].calls, 200U);
}

// A read or another call in an interval, of which so much was seen.
void add_interval(Activity& activity, std::uint64_t reads, std::uint64_t waits, double coverage) {
  Interval interval;
  interval.coverage = coverage;
  activity.intervals.push_back(interval);
  activity.syscalls[0].intervals.push_back({reads, 0, {}});
  activity.syscalls[1].intervals.push_back({waits, 0, {}});
}

TEST(Scale, MakesIntervalsAddUpToTheTotalOfEachKind) {
  Activity activity = calls_and_waits("read", 1000, 1000);
  add_interval(activity, 1000, 0, 1);
  add_interval(activity, 0, 1000, 0.05);
  scale(activity, {10.5, 1});
  EXPECT_EQ(activity.syscalls[0].intervals[0].calls, 1000U);
  EXPECT_EQ(activity.syscalls[1].intervals[1].calls, 20000U);
}

TEST(Scale, LeavesShortestLongestAndQuantiles) {
  Activity activity = one_call_of_each_kind();
  const auto median = activity.syscalls.front().latency.quantile(0.5);
  scale(activity, {7});
  const Histogram& latency = activity.syscalls.front().latency;
  EXPECT_EQ(latency.min, 50ns);
  EXPECT_EQ(latency.max, 200ns);
  EXPECT_EQ(latency.quantile(0.5), median);
}

}  // namespace
}  // namespace debug_process::trace
