// Threads that end, and threads that come back under another tid.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "unit/trace/bpf/synthetic.h"

namespace debug_process::trace::bpf {
namespace {

using abi::Abi;
using std::chrono::nanoseconds;
using testing::IsEmpty;

constexpr SyscallKey kExecve{Abi::native, SYS_execve};

// The programs ask the kernel for the task: it is this thread.
std::uint32_t own_tid() {
  return static_cast<std::uint32_t>(::gettid());
}
std::uint32_t other_slot() {
  return own_tid() + 1;
}
std::uint32_t same_slot() {
  return own_tid() + kThreadSlots;
}

class ExecAndExit : public Synthetic {};

TEST_F(ExecAndExit, ExecveComesBackUnderTheLeadersTid) {
  call(other_slot(), native(SYS_read), 70);
  enter(other_slot(), native(SYS_execve), 2'000'000);
  exec(static_cast<pid_t>(other_slot()));
  exit(own_tid(), SYS_execve, 0, 2'000'800);
  const Activity activity = read(nanoseconds(3'000'000));
  EXPECT_EQ(stats_of(activity, kExecve).latency.sum, nanoseconds(800));
  EXPECT_EQ(stats_of(activity, kExecve).untimed, 0U);
  EXPECT_EQ(activity.execs, 1U);
  EXPECT_THAT(activity.losses, IsEmpty());
  EXPECT_THAT(activity.in_flight, IsEmpty());
  ASSERT_EQ(activity.threads.size(), 1U);
  EXPECT_EQ(activity.threads[0].tid, ::gettid());
  EXPECT_EQ(activity.threads[0].calls, 2U);
}

TEST_F(ExecAndExit, ExecveOfTheLeaderStaysWhereItIs) {
  enter(own_tid(), native(SYS_execve), 1000);
  exec(::gettid());
  exit(own_tid(), SYS_execve, 0, 1800);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kExecve).latency.sum, nanoseconds(800));
  EXPECT_EQ(activity.execs, 1U);
}

TEST_F(ExecAndExit, ExecveFreesItsOldSlotFirst) {
  enter(same_slot(), native(SYS_execve), 1000);
  fill_slots();
  exec(static_cast<pid_t>(same_slot()));
  exit(own_tid(), SYS_execve, 0, 1800);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kExecve).calls, 1U);
  EXPECT_EQ(stats_of(activity, kExecve).latency.sum, nanoseconds(800));
}

TEST_F(ExecAndExit, ExecveWithoutAnEnterIsCounted) {
  exec(static_cast<pid_t>(other_slot()));
  exit(own_tid(), SYS_execve, 0, 1800);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kExecve).calls, 1U);
  EXPECT_EQ(stats_of(activity, kExecve).untimed, 1U);
  EXPECT_EQ(activity.execs, 1U);
}

TEST_F(ExecAndExit, ExecveLeavesNothingInFlightWhereNoSlotIsFree) {
  enter(other_slot(), native(SYS_execve), 1100);
  fill_slots();
  exec(static_cast<pid_t>(other_slot()));
  exit(own_tid(), SYS_execve, 0, 1800);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kExecve).calls, 1U);
  for (const InFlight& call : activity.in_flight) EXPECT_FALSE(call.key == kExecve);
}

TEST_F(ExecAndExit, AThreadThatEndsGivesItsCallsToTheSum) {
  call(own_tid(), native(SYS_read), 300);
  call(own_tid(), native(SYS_read), 400);
  enter(own_tid(), native(SYS_exit), 3'000'000);
  thread_exit();
  const Activity activity = read();
  EXPECT_EQ(activity.exited_thread_count, 1U);
  EXPECT_EQ(activity.exited_threads_calls, 3U);
  EXPECT_THAT(activity.threads, IsEmpty());
}

TEST_F(ExecAndExit, AThreadThatIsKilledInACallLeavesNothingInFlight) {
  enter(own_tid(), native(SYS_read), 1000);
  thread_exit();
  EXPECT_THAT(read(nanoseconds(5000)).in_flight, IsEmpty());
}

TEST_F(ExecAndExit, ATidThatIsUsedAgainBeginsAfresh) {
  call(own_tid(), native(SYS_read), 300);
  enter(own_tid(), native(SYS_read), 2'000'000);
  thread_exit();
  // The new thread's first event is an exit: its clone returns.
  EXPECT_EQ(exit(own_tid(), SYS_clone3, 0, 3'000'000), KEY_NONE);
  call(own_tid(), native(SYS_write), 50);
  const Activity activity = read();
  EXPECT_THAT(activity.losses, IsEmpty());
  EXPECT_EQ(count_of(activity, {Abi::native, SYS_read}, {Abi::native, SYS_write}), 0U);
  ASSERT_EQ(activity.threads.size(), 1U);
  EXPECT_EQ(activity.threads[0].calls, 1U);
}

TEST_F(ExecAndExit, AThreadWithoutASlotEndsWithoutHarm) {
  fill_slots();
  thread_exit();
  const Activity activity = read();
  EXPECT_EQ(activity.exited_thread_count, 1U);
  EXPECT_EQ(activity.exited_threads_calls, 0U);
  EXPECT_EQ(activity.in_flight.size(), kThreadSlots);
}

}  // namespace
}  // namespace debug_process::trace::bpf
