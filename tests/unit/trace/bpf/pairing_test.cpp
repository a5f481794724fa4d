// What goes wrong between enter and exit, one test each.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/syscall.h>

#include "unit/trace/bpf/synthetic.h"

namespace debug_process::trace::bpf {
namespace {

using abi::Abi;
using std::chrono::nanoseconds;
using testing::IsEmpty;

constexpr std::uint32_t kTid = 100;
constexpr std::uint32_t kSameSlot = kTid + kThreadSlots;
constexpr SyscallKey kRead{Abi::native, SYS_read};
constexpr SyscallKey kWrite{Abi::native, SYS_write};

class Pairing : public Synthetic {};

TEST_F(Pairing, TimesACallFromItsEnterToItsExit) {
  enter(kTid, native(SYS_read), 1000);
  exit(kTid, SYS_read, 5, 1300);
  const Activity activity = read();
  const SyscallStats stats = stats_of(activity, kRead);
  EXPECT_EQ(stats.calls, 1U);
  EXPECT_EQ(stats.untimed, 0U);
  EXPECT_EQ(stats.errors, 0U);
  EXPECT_EQ(stats.latency.sum, nanoseconds(300));
  EXPECT_EQ(in_histogram(stats), 1U);
  EXPECT_THAT(activity.losses, IsEmpty());
  EXPECT_THAT(activity.in_flight, IsEmpty());
  ASSERT_EQ(activity.threads.size(), 1U);
  EXPECT_EQ(activity.threads[0].tid, static_cast<pid_t>(kTid));
  EXPECT_EQ(activity.threads[0].calls, 1U);
}

TEST_F(Pairing, CountsAnExitWithoutEnterUntimed) {
  exit(kTid, SYS_read, 5, 1300);
  const Activity activity = read();
  const SyscallStats stats = stats_of(activity, kRead);
  EXPECT_EQ(stats.calls, 1U);
  EXPECT_EQ(stats.untimed, 1U);
  EXPECT_EQ(stats.latency.count, 0U);
  EXPECT_EQ(in_histogram(stats), 0U);
  EXPECT_THAT(activity.losses, IsEmpty());
}

TEST_F(Pairing, GivesACallBegunBeforeTheWindowToItsThread) {
  exit(kTid, SYS_read, 5, 1300);
  const Activity activity = read();
  ASSERT_EQ(activity.threads.size(), 1U);
  EXPECT_EQ(activity.threads[0].calls, 1U);
}

TEST_F(Pairing, KeepsAnEnterWithoutExitInFlight) {
  enter(kTid, native(SYS_read), 1000);
  const Activity activity = read(nanoseconds(5000));
  EXPECT_THAT(activity.syscalls, IsEmpty());
  ASSERT_EQ(activity.in_flight.size(), 1U);
  EXPECT_EQ(activity.in_flight[0].tid, static_cast<pid_t>(kTid));
  EXPECT_EQ(activity.in_flight[0].key, kRead);
  EXPECT_EQ(activity.in_flight[0].elapsed, nanoseconds(4000));
}

TEST_F(Pairing, CountsExitAtItsEnter) {
  enter(kTid, native(SYS_exit), 1000);
  enter(kTid + 1, native(SYS_exit_group), 1000);
  const Activity activity = read(nanoseconds(5000));
  for (const std::int32_t number : {SYS_exit, SYS_exit_group}) {
    const SyscallStats stats = stats_of(activity, {Abi::native, number});
    EXPECT_EQ(stats.calls, 1U);
    EXPECT_EQ(stats.untimed, 1U);
    EXPECT_EQ(in_histogram(stats), 0U);
  }
  EXPECT_THAT(activity.in_flight, IsEmpty());
}

TEST_F(Pairing, CountsThe32BitExitAtItsEnter) {
  enter(kTid, compat32(1), 1000);
  enter(kTid + 1, compat32(252), 1000);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, {Abi::compat32, 1}).calls, 1U);
  EXPECT_EQ(stats_of(activity, {Abi::compat32, 252}).calls, 1U);
  EXPECT_THAT(activity.in_flight, IsEmpty());
}

TEST_F(Pairing, KnowsSigreturnByItsEnter) {
  // It restores the interrupted call's registers: -1 is what the kernel has for the number at exit.
  enter(kTid, native(SYS_rt_sigreturn), 1000);
  exit(kTid, -1, -4, 1200);
  enter(kTid, compat32(119), 2000);
  exit(kTid, -1, 0, 2100);
  enter(kTid, compat32(173), 3000);
  exit(kTid, -1, 0, 3100);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, {Abi::native, SYS_rt_sigreturn}).latency.sum, nanoseconds(200));
  EXPECT_EQ(stats_of(activity, {Abi::native, -1}).calls, 0U);
  EXPECT_THAT(activity.losses, IsEmpty());
}

#if defined(__x86_64__)
TEST_F(Pairing, KnowsTheX32SigreturnByItsEnter) {
  enter(kTid, x32(513), 1000);
  exit(kTid, -1, 0, 1200);
  EXPECT_THAT(read().losses.count("latency_pairing"), 0U);
}

TEST_F(Pairing, DoesNotCountAChildsFirstReturn) {
  for (const std::int64_t number : {SYS_clone, SYS_fork, SYS_vfork, SYS_clone3})
    EXPECT_EQ(exit(kTid, number, 0, 1300), KEY_NONE);
  const Activity activity = read();
  EXPECT_THAT(activity.syscalls, IsEmpty());
  EXPECT_THAT(activity.losses, IsEmpty());
}
#endif

TEST_F(Pairing, CountsAParentsReturnFromCloneBegunBefore) {
  exit(kTid, SYS_clone3, 4711, 1300);
  EXPECT_EQ(stats_of(read(), {Abi::native, SYS_clone3}).untimed, 1U);
}

TEST_F(Pairing, TimesAParentsClone) {
  enter(kTid, native(SYS_clone), 1000);
  exit(kTid, SYS_clone, 4711, 1400);
  EXPECT_EQ(stats_of(read(), {Abi::native, SYS_clone}).latency.sum, nanoseconds(400));
}

TEST_F(Pairing, TakesAnExitThatFitsNoEnterForAnotherCall) {
  // seccomp skips the enter event of a call, and not its exit; or the exit of the first was missed.
  enter(kTid, native(SYS_read), 1000);
  exit(kTid, SYS_write, 5, 1300);
  const Activity activity = read(nanoseconds(5000));
  EXPECT_EQ(stats_of(activity, kRead).calls, 0U);
  EXPECT_EQ(stats_of(activity, kWrite).calls, 1U);
  EXPECT_EQ(stats_of(activity, kWrite).untimed, 1U);
  EXPECT_EQ(lost(activity, "latency_pairing"), 1U);
  EXPECT_THAT(activity.in_flight, IsEmpty());
}

TEST_F(Pairing, CountsACancelledCall) {
  // A tracer puts -1 for the number between enter and exit.
  enter(kTid, native(SYS_read), 1000);
  exit(kTid, -1, -38, 1300);
  const Activity activity = read();
  const SyscallStats stats = stats_of(activity, {Abi::native, -1});
  EXPECT_EQ(stats.calls, 1U);
  EXPECT_EQ(stats.untimed, 1U);
  EXPECT_EQ(stats.errors, 1U);
  EXPECT_EQ(errors_of(activity, {Abi::native, -1}, 38), 1U);
  EXPECT_EQ(lost(activity, "latency_pairing"), 1U);
}

TEST_F(Pairing, TakesAClockThatGoesBackForZero) {
  enter(kTid, native(SYS_read), 2000);
  exit(kTid, SYS_read, 5, 1999);
  const Activity activity = read();
  const SyscallStats stats = stats_of(activity, kRead);
  EXPECT_EQ(stats.calls, 1U);
  EXPECT_EQ(stats.untimed, 0U);
  EXPECT_EQ(stats.latency.zero_count, 1U);
  EXPECT_EQ(stats.latency.max, nanoseconds(0));
  EXPECT_EQ(lost(activity, "latency_clock"), 1U);
}

TEST_F(Pairing, CountsTheCallsOfAThreadWithoutASlot) {
  fill_slots();
  enter(kTid, native(SYS_write), 1100);
  exit(kTid, SYS_write, 5, 1200);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kWrite).calls, 1U);
  EXPECT_EQ(stats_of(activity, kWrite).untimed, 1U);
  EXPECT_EQ(in_histogram(stats_of(activity, kWrite)), 0U);
  EXPECT_EQ(lost(activity, "latency_thread_slot"), 1U);
  EXPECT_EQ(lost(activity, "latency_pairing"), 0U);
  EXPECT_EQ(activity.in_flight.size(), kThreadSlots);
}

TEST_F(Pairing, CountsExitOfAThreadWithoutASlot) {
  fill_slots();
  enter(kTid, native(SYS_exit), 1100);
  EXPECT_EQ(stats_of(read(), {Abi::native, SYS_exit}).calls, 1U);
}

TEST_F(Pairing, TimesThreadsThatWantTheSameSlot) {
  // At least as long as there is another one for the second of them; else its loss is counted.
  enter(kTid, native(SYS_read), 1000);
  enter(kSameSlot, native(SYS_write), 1100);
  exit(kSameSlot, SYS_write, 5, 1200);
  exit(kTid, SYS_read, 5, 1300);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).latency.sum, nanoseconds(300));
  EXPECT_EQ(stats_of(activity, kWrite).calls, 1U);
  EXPECT_EQ(stats_of(activity, kWrite).untimed, lost(activity, "latency_thread_slot"));
  EXPECT_EQ(lost(activity, "latency_pairing"), 0U);
}

TEST_F(Pairing, IgnoresWhatADeadThreadOfTheSameTidLeft) {
  // Killed within a read, its end missed: a new thread with its tid begins with a write.
  enter(kTid, native(SYS_read), 1000);
  enter(kTid, native(SYS_write), 9000);
  exit(kTid, SYS_write, 5, 9100);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).calls, 0U);
  EXPECT_EQ(stats_of(activity, kWrite).latency.sum, nanoseconds(100));
  EXPECT_THAT(activity.losses, IsEmpty());
}

TEST_F(Pairing, KeepsTheKeyOfAnExecveThatChangesTheAbi) {
  // Number 59 at exit too, though the new image's calls are the 32-bit ones.
  enter(kTid, native(SYS_execve), 1000);
  exit(kTid, SYS_execve, 0, 1500);
  EXPECT_EQ(stats_of(read(), {Abi::native, SYS_execve}).latency.sum, nanoseconds(500));
}

}  // namespace
}  // namespace debug_process::trace::bpf
