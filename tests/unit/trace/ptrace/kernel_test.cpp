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
#include <thread>

#include "trace/ptrace/look.h"
#include "util/fd.h"

namespace debug_process::trace::ptrace {
namespace {

using namespace std::chrono_literals;

enum Outcome { kReadable = 10, kInterrupted = 11, kOther = 12 };

void do_nothing(int) {}

// A child that waits in one call, seized. It ends with us.
class Waiting : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    read_end_ = UniqueFd(ends[0]);
    write_end_ = UniqueFd(ends[1]);
  }

  void TearDown() override {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  void start(long call, void (*work)(int)) {
    child_ = ::fork();
    if (child_ == 0) {
      work(read_end_.get());
      ::_exit(kOther);
    }
    ASSERT_EQ(seize(child_, PTRACE_O_TRACESYSGOOD), 0);
    const Looker looker;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    for (bool waits = false; !waits; std::this_thread::sleep_for(1ms)) {
      const auto found = looker.call(child_, child_);
      waits = found && found->key.number == call;
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
    }
  }

  void interrupt_it() const {
    ASSERT_EQ(interrupt(child_), 0);
    Event event;
    ASSERT_EQ(wait_for_event(event), Waited::event);
    ASSERT_TRUE(is_interruption(event));
  }

  void make_readable() const { ASSERT_EQ(::write(write_end_.get(), "x", 1), 1); }

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
  UniqueFd read_end_;
  UniqueFd write_end_;
};

class WaitingInEpoll : public Waiting {
 protected:
  void SetUp() override {
    Waiting::SetUp();
    start(SYS_epoll_pwait, [](int fd) {
      ::signal(SIGUSR1, do_nothing);
      const int epoll = ::epoll_create1(0);
      epoll_event event{};
      event.events = EPOLLIN;
      ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
      const long ready = ::syscall(SYS_epoll_pwait, epoll, &event, 1, -1, nullptr, 8);
      ::_exit(ready == 1 ? kReadable : errno == EINTR ? kInterrupted : kOther);
    });
  }
};

TEST_F(WaitingInEpoll, SeesAnInterruptionThatNothingIsDoneAbout) {
  interrupt_it();
  ASSERT_EQ(go_on(child_, 0), 0);
  EXPECT_EQ(outcome(), kInterrupted);
}

#if defined(__x86_64__)

TEST_F(WaitingInEpoll, SeesNoInterruptionOnceTheCallIsMadeAgain) {
  interrupt_it();
  EXPECT_TRUE(ended_with_eintr(child_));
  EXPECT_TRUE(make_call_again(child_));
  ASSERT_EQ(go_on(child_, 0), 0);
  make_readable();
  EXPECT_EQ(outcome(), kReadable);
}

TEST_F(WaitingInEpoll, SeesNoInterruptionAlsoWhenItsTracerIsGone) {
  interrupt_it();
  EXPECT_TRUE(make_call_again(child_));
  ASSERT_EQ(detach(child_), 0);
  make_readable();
  EXPECT_EQ(outcome(), kReadable);
}

TEST_F(WaitingInEpoll, SeesASignalThatItHandlesAllTheSame) {
  interrupt_it();
  EXPECT_TRUE(make_call_again(child_));
  ::kill(child_, SIGUSR1);
  ASSERT_EQ(go_on(child_, 0), 0);
  EXPECT_EQ(outcome(), kInterrupted);
}

// Without a tracer it would not have woken.
TEST_F(WaitingInEpoll, SeesNoSignalThatItIgnores) {
  ::kill(child_, SIGWINCH);
  Event event;
  ASSERT_EQ(wait_for_event(event), Waited::event);
  EXPECT_EQ(signal_to_pass_on(event), SIGWINCH);
  EXPECT_TRUE(ended_with_eintr(child_));
  EXPECT_TRUE(make_call_again(child_));
  ASSERT_EQ(go_on(child_, SIGWINCH), 0);
  make_readable();
  EXPECT_EQ(outcome(), kReadable);
}

TEST_F(Waiting, InACallThatTheKernelMakesAgainNothingHasToBeDone) {
  start(SYS_read, [](int fd) {
    char byte = 0;
    ::_exit(::read(fd, &byte, 1) == 1 ? kReadable : kInterrupted);
  });
  interrupt_it();
  EXPECT_FALSE(ended_with_eintr(child_));
  ASSERT_EQ(go_on(child_, 0), 0);
  make_readable();
  EXPECT_EQ(outcome(), kReadable);
}

#endif

}  // namespace
}  // namespace debug_process::trace::ptrace
