// Calls that are not wanted leave no trace, and those that are, are paired as ever.
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
constexpr SyscallKey kExecve{Abi::native, SYS_execve};

class Filter : public Synthetic {
 protected:
  void SetUp() override {}
  void want(std::string_view set) { load({TraceSet::parse(set).value(), false, false}); }
  void want_failed() { load({{}, true, false}); }
};

TEST_F(Filter, CountsWhatIsWantedAndNothingElse) {
  want("read");
  if (IsSkipped()) return;
  call(kTid, native(SYS_read), 300);
  call(kTid, native(SYS_write), 500, -EIO);
  call(kTid, native(SYS_read), 400);
  const Activity activity = read();
  ASSERT_EQ(activity.syscalls.size(), 1U);
  EXPECT_EQ(stats_of(activity, kRead).latency.sum, nanoseconds(700));
  EXPECT_EQ(count_of(activity, kRead, kRead), 1U);
  EXPECT_EQ(activity.transitions.size(), 1U);
  EXPECT_THAT(activity.errors, IsEmpty());
  EXPECT_THAT(activity.losses, IsEmpty());
  EXPECT_EQ(activity.threads.at(0).calls, 2U);
  EXPECT_EQ(passed(), 1U);
}

TEST_F(Filter, GivesNoSlotToAThreadThatMakesOnlyOtherCalls) {
  want("read");
  if (IsSkipped()) return;
  call(kTid, native(SYS_write));
  enter(kTid + 1, native(SYS_futex), 1000);
  const Activity activity = read(nanoseconds(5000));
  EXPECT_THAT(activity.threads, IsEmpty());
  EXPECT_THAT(activity.in_flight, IsEmpty());
}

TEST_F(Filter, CountsAReturnWhoseBeginningWasNotSeen) {
  want("read");
  if (IsSkipped()) return;
  exit(kTid, SYS_read, 0, 1000);
  EXPECT_EQ(stats_of(read(), kRead).untimed, 1U);
}

TEST_F(Filter, NegatedTakesNumbersThatNoTableHas) {
  want("!read");
  if (IsSkipped()) return;
  call(kTid, native(SYS_read));
  call(kTid, native(99999));
  const Activity activity = read();
  EXPECT_EQ(activity.syscalls.size(), 1U);
  EXPECT_EQ(stats_of(activity, {Abi::native, 99999}).calls, 1U);
}

TEST_F(Filter, TellsTheAbisApart) {
  want("read@64");
  if (IsSkipped()) return;
  call(kTid, native(3));    // close
  call(kTid, compat32(3));  // read
  call(kTid, native(0));    // read
  EXPECT_EQ(read().syscalls.size(), 1U);
  EXPECT_EQ(stats_of(read(), kRead).calls, 1U);
}

TEST_F(Filter, KnowsAnExecveByWhatWasEntered) {
  want("execve");
  if (IsSkipped()) return;
  // Into a 32-bit image: at exit 59 is oldolduname there.
  enter(kTid, compat32(11), 1000);
  exit(kTid, 11, 0, 1900);  // and 11 is munmap here
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, {Abi::compat32, 11}).latency.sum, nanoseconds(900));
  EXPECT_THAT(activity.losses, IsEmpty());
  EXPECT_EQ(stats_of(activity, kExecve).calls, 0U);
}

TEST_F(Filter, LetsASigreturnPassWithoutATrace) {
  want("!rt_sigreturn");
  if (IsSkipped()) return;
  enter(kTid, native(SYS_rt_sigreturn), 1000);
  exit(kTid, -1, -ENOSPC, 1200);
  const Activity activity = read();
  EXPECT_THAT(activity.syscalls, IsEmpty());
  EXPECT_THAT(activity.errors, IsEmpty());
}

TEST_F(Filter, SeesARestartFailThoughTheSigreturnIsNotWanted) {
  want("read");
  if (IsSkipped()) return;
  call(kTid, native(SYS_read), 100, -512);
  enter(kTid, native(SYS_rt_sigreturn), 3'000'000);
  exit(kTid, -1, -EINTR, 3'000'200);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).errors, 1U);
  EXPECT_EQ(stats_of(activity, kRead).restarts, 0U);
  EXPECT_EQ(errors_of(activity, kRead, EINTR), 1U);
  EXPECT_EQ(activity.syscalls.size(), 1U);
}

TEST_F(Filter, OfNothingCountsNothing) {
  want("none");
  if (IsSkipped()) return;
  call(kTid, native(SYS_read));
  exit(kTid, SYS_clone, 0, 5'000'000);
  EXPECT_THAT(read().syscalls, IsEmpty());
  EXPECT_EQ(passed(), 2U);
}

TEST_F(Filter, FailedOnlyCountsWhatFails) {
  want_failed();
  if (IsSkipped()) return;
  call(kTid, native(SYS_read), 100);
  call(kTid, native(SYS_read), 300, -EAGAIN);
  call(kTid, native(SYS_read), 100, -512);
  enter(kTid, native(SYS_exit), 4'000'000);
  const Activity activity = read(nanoseconds(5'000'000));
  ASSERT_EQ(activity.syscalls.size(), 1U);
  EXPECT_EQ(stats_of(activity, kRead).calls, 1U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 1U);
  EXPECT_EQ(stats_of(activity, kRead).restarts, 0U);
  EXPECT_EQ(stats_of(activity, kRead).latency.sum, nanoseconds(300));
  EXPECT_EQ(activity.threads.at(0).calls, 1U);
}

TEST_F(Filter, FailedOnlyCountsARestartThatReachesTheProgram) {
  want_failed();
  if (IsSkipped()) return;
  call(kTid, native(SYS_read), 100, -512);
  enter(kTid, native(SYS_rt_sigreturn), 3'000'000);
  exit(kTid, -1, -EINTR, 3'000'200);
  const Activity activity = read();
  EXPECT_EQ(stats_of(activity, kRead).calls, 1U);
  EXPECT_EQ(stats_of(activity, kRead).errors, 1U);
  EXPECT_EQ(stats_of(activity, kRead).untimed, 1U);
  EXPECT_EQ(activity.threads.at(0).calls, 1U);
}

TEST_F(Filter, FailedOnlyHasNothingInFlight) {
  want_failed();
  if (IsSkipped()) return;
  enter(kTid, native(SYS_read), 1000);
  EXPECT_THAT(read(nanoseconds(5000)).in_flight, IsEmpty());
}

}  // namespace
}  // namespace debug_process::trace::bpf
