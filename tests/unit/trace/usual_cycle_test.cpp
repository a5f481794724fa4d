// SPDX-License-Identifier: Apache-2.0
#include "trace/usual_cycle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace debug_process::trace {
namespace {

using Names = std::vector<std::string>;

SyscallKey key(const std::string& name) {
  return {abi::Abi::native, abi::syscall_number(abi::Abi::native, name).value_or(-1)};
}

void add_calls(Activity& activity, const SyscallKey& call, std::uint64_t calls) {
  SyscallStats& stats = activity.syscalls.emplace_back();
  stats.key = call;
  stats.calls = calls;
}

void add_step(Activity& activity, const std::string& from, const std::string& to,
              std::uint64_t count) {
  activity.transitions.push_back({key(from), key(to), count});
}

// Each call of the list leads to the next one, and the last one to the first.
Activity round_of(const Names& names, std::uint64_t count) {
  Activity activity;
  for (std::size_t i = 0; i < names.size(); ++i)
    add_step(activity, names[i], names[(i + 1) % names.size()], count);
  return activity;
}

Names cycle_of(const Activity& activity) {
  Names names;
  for (const SyscallKey& call : usual_cycle(activity))
    names.push_back(abi::syscall_name(call.abi, call.number));
  return names;
}

TEST(UsualCycle, FindsAnEventLoopThroughItsRepeats) {
  // As redis-server does with several clients: all their requests, then all their answers.
  Activity activity = round_of({"epoll_wait", "read", "write"}, 1000);
  add_step(activity, "read", "read", 19000);
  add_step(activity, "write", "write", 19000);
  add_step(activity, "epoll_wait", "epoll_wait", 50);
  EXPECT_EQ(cycle_of(activity), (Names{"epoll_wait", "read", "write"}));
}

TEST(UsualCycle, FindsAnAcceptLoop) {
  const Activity activity = round_of({"epoll_wait", "accept4", "read", "write", "close"}, 300);
  EXPECT_EQ(cycle_of(activity), (Names{"epoll_wait", "accept4", "read", "write", "close"}));
}

TEST(UsualCycle, BeginsAtTheWaitWhenOneRoundServesSeveral) {
  // epoll_wait, then read and write ten times.
  Activity activity;
  add_step(activity, "epoll_wait", "read", 100);
  add_step(activity, "read", "write", 1000);
  add_step(activity, "write", "read", 900);
  add_step(activity, "write", "epoll_wait", 100);
  EXPECT_EQ(cycle_of(activity), (Names{"epoll_wait", "read", "write"}));
}

TEST(UsualCycle, BeginsAtTheWaitThoughTheWayBackIsRare) {
  Activity activity;
  add_step(activity, "epoll_wait", "read", 100);
  add_step(activity, "read", "write", 2000);
  add_step(activity, "write", "read", 1900);
  add_step(activity, "write", "epoll_wait", 100);  // a twentieth of the ways out of write
  EXPECT_EQ(cycle_of(activity), (Names{"epoll_wait", "read", "write"}));
}

TEST(UsualCycle, DropsRareSideBranches) {
  Activity activity = round_of({"poll", "recvfrom", "sendto"}, 1000);
  add_step(activity, "recvfrom", "openat", 50);
  add_step(activity, "openat", "fstat", 50);
  add_step(activity, "fstat", "close", 50);
  add_step(activity, "close", "sendto", 50);
  EXPECT_EQ(cycle_of(activity), (Names{"poll", "recvfrom", "sendto"}));
}

TEST(UsualCycle, PrefersTheCycleThatExplainsMost) {
  Activity activity = round_of({"epoll_wait", "read", "write"}, 600);
  add_step(activity, "epoll_wait", "futex", 1000);
  add_step(activity, "futex", "epoll_wait", 1000);
  EXPECT_EQ(cycle_of(activity), (Names{"epoll_wait", "futex"}));
}

TEST(UsualCycle, BeginsAtTheMostFrequentCallWithoutAWait) {
  Activity activity = round_of({"read", "write"}, 500);
  add_step(activity, "write", "lseek", 100);
  add_step(activity, "lseek", "read", 100);
  EXPECT_EQ(cycle_of(activity).front(), "write");
  EXPECT_EQ(cycle_of(activity), (Names{"write", "read"}));
}

TEST(UsualCycle, IgnoresAWaitThatHardlyEverComes) {
  Activity activity = round_of({"read", "write"}, 100'000);
  add_step(activity, "write", "poll", 1);
  add_step(activity, "poll", "read", 1);
  EXPECT_EQ(cycle_of(activity), (Names{"write", "read"}));
}

TEST(UsualCycle, TakesTheUsualPathWithoutACycle) {
  Activity activity;
  add_step(activity, "openat", "fstat", 10);
  add_step(activity, "fstat", "mmap", 8);
  add_step(activity, "fstat", "read", 2);
  add_step(activity, "mmap", "close", 7);
  EXPECT_EQ(cycle_of(activity), (Names{"openat", "fstat", "mmap", "close"}));
}

TEST(UsualCycle, IsTheCallItselfWhenThereIsOne) {
  Activity activity;
  add_calls(activity, key("getppid"), 1000);
  add_step(activity, "getppid", "getppid", 999);
  EXPECT_EQ(cycle_of(activity), Names{"getppid"});
}

TEST(UsualCycle, IsOneCallMadeOverAndOverWhateverCameBefore) {
  Activity activity = round_of({"openat", "mmap", "close"}, 10);
  add_step(activity, "close", "getppid", 1);
  add_step(activity, "getppid", "getppid", 1'000'000);
  EXPECT_EQ(cycle_of(activity), (Names{"getppid"}));
}

TEST(UsualCycle, IsNotOneCallThatIsPartOfIt) {
  Activity activity = round_of({"poll", "recvfrom"}, 10);
  add_step(activity, "recvfrom", "recvfrom", 1'000'000);
  EXPECT_EQ(cycle_of(activity), (Names{"poll", "recvfrom"}));
}

TEST(UsualCycle, IsTheMostFrequentCallWhenNoneFollowsAnother) {
  // One call in each of three threads.
  Activity activity;
  add_calls(activity, key("read"), 1);
  add_calls(activity, key("futex"), 5);
  add_calls(activity, key("close"), 1);
  EXPECT_EQ(cycle_of(activity), Names{"futex"});
}

TEST(UsualCycle, IsEmptyWithoutCalls) {
  EXPECT_TRUE(usual_cycle({}).empty());
}

TEST(UsualCycle, KeepsABIsApart) {
  Activity activity;
  const SyscallKey read64{abi::Abi::native, 0};
  const SyscallKey read32{abi::Abi::compat32, 3};
  activity.transitions = {{read64, read32, 10}, {read32, read64, 10}};
  EXPECT_EQ(usual_cycle(activity), (std::vector{read64, read32}));
}

TEST(UsualCycle, BreaksTiesTheSameWayInAnyOrder) {
  Activity activity;
  for (const char* to : {"write", "lseek", "fstat", "sendto"}) {
    add_step(activity, "read", to, 100);
    add_step(activity, to, "read", 100);
    add_calls(activity, key(to), 100);
  }
  const Names first = cycle_of(activity);
  Activity without_steps = activity;
  without_steps.transitions.clear();
  const Names first_alone = cycle_of(without_steps);
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(activity.transitions.begin(), activity.transitions.end(), random);
    EXPECT_EQ(cycle_of(activity), first);
    std::shuffle(without_steps.syscalls.begin(), without_steps.syscalls.end(), random);
    EXPECT_EQ(cycle_of(without_steps), first_alone);
  }
}

TEST(UsualCycle, CapsLongCycles) {
  const Names twelve{"epoll_wait", "accept4", "getsockname", "setsockopt", "read",  "openat",
                     "fstat",      "mmap",    "write",       "munmap",     "close", "shutdown"};
  const Names found = cycle_of(round_of(twelve, 10));
  EXPECT_EQ(found, Names(twelve.begin(), twelve.begin() + 8));
}

TEST(UsualCycle, KeepsACycleOfEightWhole) {
  const Names eight{"epoll_wait", "accept4", "setsockopt", "read",
                    "openat",     "fstat",   "write",      "close"};
  EXPECT_EQ(cycle_of(round_of(eight, 10)), eight);
}

// As many calls as one CPU's table takes, each after each other one: 71^7 paths of eight.
TEST(UsualCycle, IsBoundedOnADenseGraph) {
  constexpr int kCalls = 72;
  std::mt19937 random(7);
  Activity even;
  Activity uneven;
  for (int from = 0; from < kCalls; ++from)
    for (int to = 0; to < kCalls; ++to) {
      const SyscallKey from_key{abi::Abi::native, from};
      const SyscallKey to_key{abi::Abi::native, to};
      even.transitions.push_back({from_key, to_key, 1000});
      uneven.transitions.push_back({from_key, to_key, 500 + random() % 1000});
    }
  EXPECT_EQ(usual_cycle(even).size(), 8U);
  EXPECT_EQ(usual_cycle(uneven).size(), 8U);
  EXPECT_EQ(usual_cycle(uneven), usual_cycle(uneven));
}

}  // namespace
}  // namespace debug_process::trace
