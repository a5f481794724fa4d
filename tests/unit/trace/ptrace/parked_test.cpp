// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/parked.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace debug_process::trace::ptrace {
namespace {

Disturbance of(const char* name, const std::array<std::uint64_t, 6>& args = {},
               abi::Abi abi = abi::Abi::native) {
  return disturbance({abi, abi::syscall_number(abi, name).value_or(-1)}, args);
}

bool again_with(const char* name, const std::array<std::uint64_t, 6>& args, bool just_begun) {
  return may_be_made_again(
      {abi::Abi::native, abi::syscall_number(abi::Abi::native, name).value_or(-1)}, args,
      just_begun);
}

TEST(Parked, LeavesAloneWhatSignal7Lists) {
  for (const char* name : {"epoll_pwait", "semtimedop", "rt_sigtimedwait", "io_getevents",
                           "io_uring_enter", "recvmmsg"})
    EXPECT_EQ(of(name), Disturbance::breaks) << name;
}

TEST(Parked, LeavesAloneWhatMayHaveDoneAPart) {
  for (const char* name : {"write", "writev", "sendto", "sendmsg", "splice", "ioctl"})
    EXPECT_EQ(of(name), Disturbance::breaks) << name;
}

TEST(Parked, StopsWhatTheKernelRestarts) {
  for (const char* name : {"futex", "ppoll", "pselect6", "clock_nanosleep", "nanosleep", "wait4",
                           "waitid", "msgrcv", "rt_sigsuspend", "flock", "openat"})
    EXPECT_EQ(of(name), Disturbance::none) << name;
}

TEST(Parked, AsksForTheTimeoutOfASocket) {
  for (const char* name : {"read", "readv", "accept4", "recvfrom", "recvmsg"})
    EXPECT_EQ(of(name), Disturbance::breaks_with_timeout) << name;
}

TEST(Parked, LeavesAloneAReceiveThatWaitsForAllOfIt) {
  EXPECT_EQ(of("recvfrom", {3, 0, 100, MSG_WAITALL, 0, 0}), Disturbance::breaks);
  EXPECT_EQ(of("recvmsg", {3, 0, MSG_WAITALL, 0, 0, 0}), Disturbance::breaks);
}

TEST(Parked, MakesOnlyThoseAgainThatHaveDoneNothing) {
  const auto again = [](const char* name) { return again_with(name, {}, true); };
  for (const char* name : {"epoll_pwait", "semtimedop", "rt_sigtimedwait", "recvfrom", "sendto"})
    EXPECT_TRUE(again(name)) << name;
  for (const char* name :
       {"connect", "ioctl", "read", "write", "fallocate", "recvmmsg", "pause", "no_such_call"})
    EXPECT_FALSE(again(name)) << name;
}

TEST(Parked, MakesThoseWithATimeoutAgainOnlyWhereTheyHaveJustBegun) {
  constexpr std::uint64_t kForEver = 0xffffffff;  // -1, as an int
  EXPECT_TRUE(again_with("epoll_pwait", {3, 0, 1, kForEver, 0, 8}, false));
  EXPECT_FALSE(again_with("epoll_pwait", {3, 0, 1, 1000, 0, 8}, false));
  EXPECT_TRUE(again_with("semtimedop", {3, 0x1000, 1, 0}, false));
  EXPECT_FALSE(again_with("semtimedop", {3, 0x1000, 1, 0x2000}, false));
  EXPECT_FALSE(again_with("rt_sigtimedwait", {0x1000, 0, 0x2000, 8}, false));
  EXPECT_FALSE(again_with("recvfrom", {3}, false));
  EXPECT_FALSE(again_with("io_uring_enter", {3, 0, 1, 1U << 3 | 1U}, false));
  EXPECT_TRUE(again_with("io_uring_enter", {3, 0, 1, 1}, false));
}

#ifdef __x86_64__
TEST(Parked, KnowsThe32BitCalls) {
  EXPECT_EQ(of("epoll_wait", {}, abi::Abi::compat32), Disturbance::breaks);
  EXPECT_EQ(of("socketcall", {}, abi::Abi::compat32), Disturbance::breaks);
  EXPECT_EQ(of("ipc", {4}, abi::Abi::compat32), Disturbance::breaks);  // semtimedop
  EXPECT_EQ(of("ipc", {12}, abi::Abi::compat32), Disturbance::none);   // msgrcv
}
#endif

}  // namespace
}  // namespace debug_process::trace::ptrace
