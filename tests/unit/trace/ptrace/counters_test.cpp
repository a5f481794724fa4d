// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/counters.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace debug_process::trace::ptrace {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::int64_t kRestartSys = -512;
constexpr std::int64_t kRestartNoHand = -514;

class CountersTest : public ::testing::Test {
 protected:
  static SyscallKey named(const char* name) {
    return {abi::Abi::native, abi::syscall_number(abi::Abi::native, name).value_or(-1)};
  }

  void enter(const char* name) { counters_.enter(thread_, named(name), {}, now_); }
  ErrorStats* leave(std::int64_t result = 0) { return counters_.leave(thread_, result, now_); }
  void call(const char* name, std::int64_t result = 0) {
    enter(name);
    now_ += 1us;
    (void)leave(result);
  }

  Activity activity() const {
    Activity result;
    counters_.add_to(result);
    return result;
  }
  SyscallStats stats(const char* name) const {
    for (const SyscallStats& one : activity().syscalls)
      if (one.key == named(name)) return one;
    return {};
  }

  ProcessCalls process_;
  ThreadCalls thread_;
  nanoseconds now_{1s};
  Counters counters_{TraceSet(), false};
};

TEST_F(CountersTest, CountACallWithItsLatency) {
  enter("read");
  now_ += 5us;
  leave(10);
  EXPECT_EQ(stats("read").calls, 1U);
  EXPECT_EQ(stats("read").errors, 0U);
  EXPECT_EQ(stats("read").untimed, 0U);
  EXPECT_EQ(stats("read").latency.sum, nanoseconds(5us));
  EXPECT_EQ(thread_.calls, 1U);
  EXPECT_FALSE(thread_.in_call);
}

TEST_F(CountersTest, CountExitsThatNeverReturn) {
  enter("exit_group");
  EXPECT_EQ(stats("exit_group").calls, 1U);
  EXPECT_EQ(stats("exit_group").untimed, 1U);
  EXPECT_FALSE(thread_.in_call);
}

TEST_F(CountersTest, CountErrorsByErrno) {
  call("openat", -ENOENT);
  call("openat", -ENOENT);
  call("openat", -EACCES);
  EXPECT_EQ(stats("openat").errors, 3U);
  const Activity result = activity();
  ASSERT_EQ(result.errors.size(), 2U);
  EXPECT_EQ(result.errors[0].errno_value, ENOENT);
  EXPECT_EQ(result.errors[0].calls, 2U);
}

TEST_F(CountersTest, AskForAnExampleUntilThereIsOne) {
  enter("openat");
  ErrorStats* error = leave(-ENOENT);
  ASSERT_NE(error, nullptr);
  enter("openat");
  EXPECT_EQ(leave(-ENOENT), error);
  error->example = "/no/such";
  enter("openat");
  EXPECT_EQ(leave(-ENOENT), nullptr);
}

TEST_F(CountersTest, TakeLargeNegativeResultsForNoErrors) {
  call("mmap", -4096);
  EXPECT_EQ(stats("mmap").errors, 0U);
}

TEST_F(CountersTest, TakeRestartsForNoErrors) {
  call("read", kRestartSys);
  call("read", 1);
  EXPECT_EQ(stats("read").calls, 2U);
  EXPECT_EQ(stats("read").restarts, 1U);
  EXPECT_EQ(stats("read").errors, 0U);
}

TEST_F(CountersTest, CountARestartThatAHandlerEndsAsAnError) {
  call("poll", kRestartNoHand);
  call("rt_sigreturn", -EINTR);
  EXPECT_EQ(stats("poll").restarts, 0U);
  EXPECT_EQ(stats("poll").errors, 1U);
  EXPECT_EQ(stats("rt_sigreturn").errors, 0U);
  ASSERT_EQ(activity().errors.size(), 1U);
  EXPECT_EQ(activity().errors[0].errno_value, EINTR);
}

TEST_F(CountersTest, TakeWhatASigreturnReturnsForNoError) {
  call("rt_sigreturn", -ENOENT);
  EXPECT_EQ(stats("rt_sigreturn").errors, 0U);
  EXPECT_TRUE(activity().errors.empty());
}

TEST_F(CountersTest, KnowNoLatencyOfACallThatBeganBefore) {
  counters_.enter_unseen(thread_, named("read"), {});
  now_ += 1s;
  leave(1);
  EXPECT_EQ(stats("read").calls, 1U);
  EXPECT_EQ(stats("read").untimed, 1U);
  EXPECT_EQ(stats("read").latency.count, 0U);
}

TEST_F(CountersTest, TakeACallThatWeInterruptedForTheSame) {
  thread_.interrupted = named("read");
  enter("read");
  ASSERT_TRUE(thread_.in_call);
  EXPECT_FALSE(thread_.in_call->entered);
  leave(1);
  EXPECT_EQ(stats("read").calls, 1U);
  EXPECT_EQ(stats("read").untimed, 1U);
}

TEST_F(CountersTest, NameACallThatGoesOnAsARestartByItsOwnName) {
  thread_.interrupted = named("clock_nanosleep");
  enter("restart_syscall");
  leave(0);
  EXPECT_EQ(stats("clock_nanosleep").calls, 1U);
  EXPECT_EQ(stats("restart_syscall").calls, 0U);
}

TEST_F(CountersTest, TakeAnotherCallAfterAnInterruptionForANewOne) {
  thread_.interrupted = named("read");
  call("write", 1);
  call("read", 1);
  EXPECT_EQ(stats("write").untimed, 0U);
  EXPECT_EQ(stats("read").untimed, 0U);
}

TEST_F(CountersTest, IgnoreAReturnWithoutACall) {
  EXPECT_EQ(leave(0), nullptr);
  EXPECT_TRUE(activity().syscalls.empty());
}

TEST_F(CountersTest, ForgetTheCallOfAThreadThatRunsFree) {
  enter("read");
  Counters::lose_sight(thread_);
  EXPECT_EQ(leave(1), nullptr);
  call("write", 1);
  EXPECT_EQ(stats("read").calls, 0U);
  EXPECT_TRUE(activity().transitions.empty());
}

TEST_F(CountersTest, CountWhichCallComesAfterWhich) {
  call("epoll_pwait");
  call("read");
  call("epoll_pwait");
  call("read");
  std::map<std::pair<SyscallKey, SyscallKey>, std::uint64_t> counts;
  for (const Transition& one : activity().transitions) counts[{one.from, one.to}] = one.count;
  EXPECT_EQ((counts[{named("epoll_pwait"), named("read")}]), 2U);
  EXPECT_EQ((counts[{named("read"), named("epoll_pwait")}]), 1U);
}

TEST_F(CountersTest, AddUpPerProcess) {
  thread_.process = &process_;
  call("read", 1);
  call("read", -EBADF);
  EXPECT_EQ(process_.calls, 2U);
  EXPECT_EQ(process_.errors, 1U);
  EXPECT_EQ(process_.in_calls, nanoseconds(2us));
}

TEST_F(CountersTest, TakeAClockThatGoesBackForNoTime) {
  enter("read");
  now_ -= 5us;
  leave(1);
  EXPECT_EQ(stats("read").latency.zero_count, 1U);
}

TEST_F(CountersTest, LeaveOutWhatIsNotInTheSet) {
  auto none = TraceSet::parse("none");
  ASSERT_TRUE(none);
  counters_ = Counters(*none, false);
  call("read", 1);
  enter("exit");
  EXPECT_TRUE(activity().syscalls.empty());
  EXPECT_EQ(thread_.calls, 0U);
  EXPECT_EQ(thread_.stops, 2U);  // the target has paid for them
}

TEST_F(CountersTest, LeaveOutWhatDoesNotFail) {
  counters_ = Counters(TraceSet(), true);
  call("read", 1);
  call("read", kRestartSys);
  call("read", -EBADF);
  enter("exit");
  EXPECT_EQ(stats("read").calls, 1U);
  EXPECT_EQ(stats("read").errors, 1U);
  EXPECT_EQ(stats("exit").calls, 0U);
}

TEST_F(CountersTest, CountARestartThatAHandlerEndsEvenIfOnlyFailuresCount) {
  counters_ = Counters(TraceSet(), true);
  call("poll", kRestartNoHand);
  call("rt_sigreturn", -EINTR);
  EXPECT_EQ(stats("poll").calls, 1U);
  EXPECT_EQ(stats("poll").errors, 1U);
  EXPECT_EQ(stats("poll").restarts, 0U);
}

TEST_F(CountersTest, TakesAnEintrBackThatTheProgramNeverSees) {
  call("epoll_pwait", -EINTR);
  counters_.make_again(thread_, named("epoll_pwait"));
  EXPECT_EQ(stats("epoll_pwait").errors, 0U);
  EXPECT_EQ(stats("epoll_pwait").restarts, 1U);
  EXPECT_TRUE(activity().errors.empty());
  call("epoll_pwait", 1);
  EXPECT_EQ(stats("epoll_pwait").calls, 2U);
}

TEST_F(CountersTest, CountsAnEintrThatAHandlerBringsBack) {
  call("epoll_pwait", -EINTR);
  counters_.make_again(thread_, named("epoll_pwait"));
  call("rt_sigreturn", -EINTR);
  EXPECT_EQ(stats("epoll_pwait").errors, 1U);
  EXPECT_EQ(stats("epoll_pwait").restarts, 0U);
  ASSERT_EQ(activity().errors.size(), 1U);
  EXPECT_EQ(activity().errors.front().calls, 1U);
  call("epoll_pwait", 1);
  EXPECT_EQ(stats("epoll_pwait").calls, 2U);
}

TEST_F(CountersTest, TakesNoOtherEintrBack) {
  call("epoll_pwait", -EINTR);
  call("epoll_pwait", 1);
  // Ended where nobody saw it.
  counters_.make_again(thread_, named("epoll_pwait"));
  EXPECT_EQ(stats("epoll_pwait").errors, 1U);
  EXPECT_EQ(stats("epoll_pwait").restarts, 0U);
}

}  // namespace
}  // namespace debug_process::trace::ptrace
