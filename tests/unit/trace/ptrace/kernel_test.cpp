// What the kernel does at our requests, with a child that is traced.
// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/kernel.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "trace/ptrace/look.h"

namespace debug_process::trace::ptrace {
namespace {

using namespace std::chrono_literals;

enum Outcome { kReadable = 10, kInterrupted = 11, kOther = 12 };

void do_nothing(int) {}

// Waits in epoll_wait() until its pipe can be read.
class WaitsInEpoll : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe(pipe_), 0);
    child_ = ::fork();
    if (child_ == 0) wait_for_byte();
    ASSERT_EQ(seize(child_, PTRACE_O_TRACESYSGOOD), 0);
    const Looker looker;
    for (bool waits = false; !waits; std::this_thread::sleep_for(1ms)) {
      const auto call = looker.call(child_, child_);
      waits = call && call->key.number == SYS_epoll_pwait;
    }
    ASSERT_EQ(interrupt(child_), 0);
    Event event;
    ASSERT_EQ(wait_for_event(event), Waited::event);
    ASSERT_TRUE(is_interruption(event));
  }

  void TearDown() override {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  void make_readable() const { ASSERT_EQ(::write(pipe_[1], "x", 1), 1); }

  // What the child says of its call, once it has ended.
  int outcome() {
    Event event;
    while (wait_for_event(event) == Waited::event && event.stopped)
      (void)go_on(child_, signal_to_pass_on(event));
    take_event(child_);
    child_ = 0;
    return WEXITSTATUS(event.wait_status);
  }

  pid_t child_ = 0;

 private:
  [[noreturn]] void wait_for_byte() const {
    ::signal(SIGUSR1, do_nothing);
    const int epoll = ::epoll_create1(0);
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, pipe_[0], &event);
    const long ready = ::syscall(SYS_epoll_pwait, epoll, &event, 1, -1, nullptr, 8);
    if (ready == 1) ::_exit(kReadable);
    ::_exit(errno == EINTR ? kInterrupted : kOther);
  }

  int pipe_[2] = {-1, -1};
};

TEST_F(WaitsInEpoll, AndSeesTheInterruptionWhereNothingIsDoneAboutIt) {
  ASSERT_EQ(go_on(child_, 0), 0);
  EXPECT_EQ(outcome(), kInterrupted);
}

#if defined(__x86_64__)

TEST_F(WaitsInEpoll, AndDoesNotSeeTheInterruptionWhereTheCallIsMadeAgain) {
  EXPECT_TRUE(make_interrupted_call_again(child_));
  ASSERT_EQ(go_on(child_, 0), 0);
  make_readable();
  EXPECT_EQ(outcome(), kReadable);
}

TEST_F(WaitsInEpoll, AndIsInterruptedByASignalWithAHandlerAllTheSame) {
  EXPECT_TRUE(make_interrupted_call_again(child_));
  ::kill(child_, SIGUSR1);
  ASSERT_EQ(go_on(child_, 0), 0);
  EXPECT_EQ(outcome(), kInterrupted);
}

TEST_F(WaitsInEpoll, AndMakesItsCallAgainAlsoWhereItsTracerIsGone) {
  EXPECT_TRUE(make_interrupted_call_again(child_));
  ASSERT_EQ(detach(child_), 0);
  make_readable();
  EXPECT_EQ(outcome(), kReadable);
}

TEST(MakeInterruptedCallAgain, LeavesACallAloneThatTheKernelMakesAgain) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  ASSERT_EQ(seize(child, PTRACE_O_TRACESYSGOOD), 0);
  std::this_thread::sleep_for(1ms);
  ASSERT_EQ(interrupt(child), 0);
  Event event;
  ASSERT_EQ(wait_for_event(event), Waited::event);
  EXPECT_FALSE(make_interrupted_call_again(child));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

#endif

}  // namespace
}  // namespace debug_process::trace::ptrace
