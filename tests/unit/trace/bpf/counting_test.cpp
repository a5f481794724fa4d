// What a call's return and its number are counted as.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/syscall.h>

#include <cerrno>

#include "unit/trace/bpf/synthetic.h"

namespace debug_process::trace::bpf {
namespace {

using abi::Abi;
using std::chrono::nanoseconds;
using testing::IsEmpty;

constexpr std::uint32_t kTid = 100;
constexpr SyscallKey kRead{Abi::native, SYS_read};
constexpr SyscallKey kWrite{Abi::native, SYS_write};
constexpr SyscallKey kClose{Abi::native, SYS_close};

class Counting : public Synthetic {};

TEST_F(Counting, ErrorsAreFromMinus1ToMinus4095) {
  call(kTid, native(SYS_read), 100, -1);
  call(kTid, native(SYS_read), 100, -4095);
  call(kTid, native(SYS_read), 100, -ENOENT);
  call(kTid, native(SYS_read), 100, -ENOENT);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).errors, 4U);
  EXPECT_EQ(errors_of(activity, kRead, 1), 1U);
  EXPECT_EQ(errors_of(activity, kRead, 4095), 1U);
  EXPECT_EQ(errors_of(activity, kRead, ENOENT), 2U);
}

TEST_F(Counting, OtherNegativeNumbersAreResults) {
  // An address in the upper half, as mmap and shmat may give to a 32-bit process.
  for (const std::int64_t ret : {std::int64_t{-4096}, std::int64_t{-0x70000000}, INT64_MIN})
    call(kTid, native(SYS_read), 100, ret);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).calls, 3U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 0U);
  EXPECT_THAT(activity.errors, IsEmpty());
}

TEST_F(Counting, RestartsAreNoErrors) {
  for (const std::int64_t ret : {-512, -513, -514, -516}) call(kTid, native(SYS_read), 100, ret);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).calls, 4U);
  EXPECT_EQ(stats_of(activity, kRead).restarts, 4U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 0U);
  EXPECT_THAT(activity.errors, IsEmpty());
}

TEST_F(Counting, ASigreturnNeverFails) {
  // What it "returns" is the register of the code that the signal interrupted, here a -ENOSPC.
  enter(kTid, native(SYS_rt_sigreturn), 1000);
  exit(kTid, -1, -ENOSPC, 1200);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, {Abi::native, SYS_rt_sigreturn}).calls, 1U);
  EXPECT_EQ(stats_of(activity, {Abi::native, SYS_rt_sigreturn}).errors, 0U);
  EXPECT_THAT(activity.errors, IsEmpty());
}

TEST_F(Counting, ARestartThatReachesTheProgramIsAnError) {
  call(kTid, native(SYS_read), 100, -512);
  call(kTid, native(SYS_getppid), 100, 1);  // the signal handler's
  enter(kTid, native(SYS_rt_sigreturn), 1000);
  exit(kTid, -1, -EINTR, 1200);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).calls, 1U);
  EXPECT_EQ(stats_of(activity, kRead).restarts, 0U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 1U);
  EXPECT_EQ(errors_of(activity, kRead, EINTR), 1U);
}

TEST_F(Counting, ARestartAfterTheHandlerStaysOne) {
  call(kTid, native(SYS_read), 100, -512);
  enter(kTid, native(SYS_rt_sigreturn), 1000);
  exit(kTid, -1, SYS_read, 1200);  // back to the call itself
  call(kTid, native(SYS_read), 100, 5);
  // Another signal, long after, interrupts code that happens to hold -EINTR.
  enter(kTid, native(SYS_rt_sigreturn), 5000);
  exit(kTid, -1, -EINTR, 5100);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).restarts, 1U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 0U);
  EXPECT_THAT(activity.errors, IsEmpty());
}

TEST_F(Counting, TheirNeighboursAreErrors) {
  // 515 is ENOIOCTLCMD, which a driver should not let out, and 517 EPROBE_DEFER.
  for (const std::int64_t ret : {-511, -515, -517}) call(kTid, native(SYS_read), 100, ret);
  EXPECT_EQ(stats_of(read(), kRead).errors, 3U);
  EXPECT_EQ(stats_of(read(), kRead).restarts, 0U);
}

TEST_F(Counting, AddsUpLatencies) {
  for (const std::uint64_t ns : {500U, 100U, 900U}) call(kTid, native(SYS_read), ns);
  const SyscallStats stats = stats_of(read(), kRead);
  EXPECT_EQ(stats.latency.count, 3U);
  EXPECT_EQ(stats.latency.min, nanoseconds(100));
  EXPECT_EQ(stats.latency.max, nanoseconds(900));
  EXPECT_EQ(stats.latency.sum, nanoseconds(1500));
  EXPECT_EQ(in_histogram(stats), 3U);
}

TEST_F(Counting, TheLeastIsOfTimedCallsAlone) {
  exit(kTid, SYS_read, 0, 500);  // begun before the window
  call(kTid, native(SYS_read), 700);
  exit(kTid, SYS_read, 0, 5'000'000);
  EXPECT_EQ(stats_of(read(), kRead).latency.min, nanoseconds(700));
}

TEST_F(Counting, MergesTheCpus) {
  if (cpus() < 2) GTEST_SKIP() << "needs two CPUs";
  on_cpu(0);
  call(kTid, native(SYS_read), 100);
  call(kTid, native(SYS_write), 10);
  on_cpu(1);
  call(kTid, native(SYS_write), 30);  // other slots there: write comes first
  call(kTid, native(SYS_read), 50, -EIO);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).calls, 2U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 1U);
  EXPECT_EQ(stats_of(activity, kRead).latency.min, nanoseconds(50));
  EXPECT_EQ(stats_of(activity, kRead).latency.max, nanoseconds(100));
  EXPECT_EQ(stats_of(activity, kRead).latency.sum, nanoseconds(150));
  EXPECT_EQ(in_histogram(stats_of(activity, kRead)), 2U);
  EXPECT_EQ(stats_of(activity, kWrite).latency.sum, nanoseconds(40));
  EXPECT_EQ(count_of(activity, kWrite, kWrite), 1U);
  EXPECT_EQ(count_of(activity, kRead, kWrite), 1U);
  EXPECT_EQ(count_of(activity, kWrite, kRead), 1U);
}

TEST_F(Counting, PairsACallThatMovesToAnotherCpu) {
  if (cpus() < 2) GTEST_SKIP() << "needs two CPUs";
  on_cpu(0);
  enter(kTid, native(SYS_read), 1000);
  on_cpu(1);
  exit(kTid, SYS_read, 0, 1600);
  EXPECT_EQ(stats_of(read(), kRead).latency.sum, nanoseconds(600));
}

TEST_F(Counting, CountsTransitionsOfEachThread) {
  // Two threads at once: what one does does not follow what the other did.
  for (int i = 0; i < 3; ++i) {
    call(kTid, native(SYS_read));
    call(kTid + 1, native(SYS_close));
    call(kTid, native(SYS_write));
  }
  const Activity activity = read();
  EXPECT_EQ(count_of(activity, kRead, kWrite), 3U);
  EXPECT_EQ(count_of(activity, kWrite, kRead), 2U);
  EXPECT_EQ(count_of(activity, kClose, kClose), 2U);
  EXPECT_EQ(activity.transitions.size(), 3U);
}

TEST_F(Counting, AFailedCallIsAStepToo) {
  call(kTid, native(SYS_read), 100, -EAGAIN);
  call(kTid, native(SYS_write));
  EXPECT_EQ(count_of(read(), kRead, kWrite), 1U);
}

TEST_F(Counting, KeepsTheAbisApart) {
  call(kTid, native(3), 100, -EBADF);
  call(kTid, compat32(3), 200, -EBADF);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, {Abi::native, 3}).latency.sum, nanoseconds(100));
  EXPECT_EQ(stats_of(activity, {Abi::compat32, 3}).latency.sum, nanoseconds(200));
  EXPECT_EQ(errors_of(activity, {Abi::native, 3}, EBADF), 1U);
  EXPECT_EQ(errors_of(activity, {Abi::compat32, 3}, EBADF), 1U);
}

TEST_F(Counting, MakesKeysOfNumbers) {
  EXPECT_EQ(key_of(3, false), native(3));
  EXPECT_EQ(key_of(3, true), compat32(3));
  EXPECT_EQ(key_of(-1, false), KEY_NUMBER_MASK);
  EXPECT_EQ(key_of(-1, true), compat32(KEY_NUMBER_MASK));
  EXPECT_EQ(key_of(471, false), native(471));
#if defined(__x86_64__)
  EXPECT_EQ(key_of(0x40000000 | 520, false), x32(520));
#endif
}

#if defined(__x86_64__)
TEST_F(Counting, CountsX32CallsInTheOverflowMap) {
  enter(kTid, x32(520), 1000);
  exit(kTid, 0x40000000 | 520, 0, 1400);
  exit(kTid, 0x40000000, 5, 2000);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, {Abi::x32, 520}).calls, 1U);
  EXPECT_EQ(stats_of(activity, {Abi::x32, 520}).latency.sum, nanoseconds(400));
  EXPECT_EQ(stats_of(activity, {Abi::x32, 0}).untimed, 1U);
  EXPECT_EQ(lost(activity, "histogram_slots"), 1U);
}
#endif

TEST_F(Counting, KeepsNumbersThatNobodyKnows) {
  call(kTid, native(511), 100);
  call(kTid, native(512), 200, -ENOSYS);
  call(kTid, native(99999), 300, -ENOSYS);
  exit(kTid, -1, -ENOSYS, 5'000'000);
  const Activity activity = read();
  EXPECT_EQ(in_histogram(stats_of(activity, {Abi::native, 511})), 1U);
  EXPECT_EQ(stats_of(activity, {Abi::native, 512}).latency.sum, nanoseconds(200));
  EXPECT_EQ(stats_of(activity, {Abi::native, 99999}).latency.sum, nanoseconds(300));
  EXPECT_EQ(stats_of(activity, {Abi::native, -1}).calls, 1U);
  EXPECT_EQ(errors_of(activity, {Abi::native, -1}, ENOSYS), 1U);
  EXPECT_EQ(errors_of(activity, {Abi::native, 512}, ENOSYS), 1U);
  EXPECT_EQ(lost(activity, "histogram_slots"), 2U);
  EXPECT_EQ(lost(activity, "calls"), 0U);
}

}  // namespace
}  // namespace debug_process::trace::bpf
