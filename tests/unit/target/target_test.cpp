// SPDX-License-Identifier: Apache-2.0
#include "target/target.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <future>
#include <thread>

namespace debug_process::target {
namespace {

Result<Target> open(pid_t pid) {
  return Target::open(proc::Procfs(), pid);
}

// Waits until it is told to go, then ends.
class Child {
 public:
  Child() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[1]);
      char byte = 0;
      (void)!::read(ends[0], &byte, 1);
      ::_exit(0);
    }
    ::close(ends[0]);
    go_.reset(ends[1]);
  }
  ~Child() { reap(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // A zombie from here on.
  void end() {
    go_.reset();
    siginfo_t info{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT), 0);
  }
  void reap() {
    go_.reset();
    if (!reaped_) ::waitpid(pid_, nullptr, 0);
    reaped_ = true;
  }

 private:
  pid_t pid_ = -1;
  UniqueFd go_;
  bool reaped_ = false;
};

TEST(Target, OpensOurselves) {
  const auto target = open(::getpid());
  ASSERT_TRUE(target) << target.error().message();
  EXPECT_EQ(target->pid(), ::getpid());
  EXPECT_GE(target->pidfd(), 0);
  EXPECT_GE(target->threads(), 1U);
  EXPECT_GT(target->start_time().count(), 0);
  EXPECT_FALSE(target->is_kernel_thread());
  EXPECT_FALSE(target->has_ended());
}

TEST(Target, RefusesAThreadAndNamesItsProcess) {
  std::promise<pid_t> tid;
  std::promise<void> go;
  std::thread thread([&] {
    tid.set_value(::gettid());
    go.get_future().wait();
  });
  const auto target = open(tid.get_future().get());
  go.set_value();
  thread.join();
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().errno_value, 0);
  const std::string process = std::to_string(::getpid());
  EXPECT_THAT(target.error().message(), testing::HasSubstr("thread of process " + process));
  EXPECT_THAT(target.error().hint, testing::HasSubstr("debug-process " + process));
}

TEST(Target, SaysWhenThereIsNoSuchProcess) {
  Child child;
  const pid_t pid = child.pid();
  child.reap();
  const auto target = open(pid);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().errno_value, ESRCH);
  EXPECT_FALSE(target.error().hint.empty());
  EXPECT_EQ(open(0x7fffffff).error().errno_value, ESRCH);
}

TEST(Target, HasEndedAsAZombie) {
  Child child;
  const auto target = open(child.pid());
  ASSERT_TRUE(target);
  EXPECT_FALSE(target->has_ended());
  pollfd event{target->pidfd(), POLLIN, 0};
  child.end();
  EXPECT_EQ(::poll(&event, 1, 0), 1);
  EXPECT_TRUE(target->has_ended());
  child.reap();
  EXPECT_TRUE(target->has_ended());
}

TEST(Target, OpensAZombie) {
  Child child;
  child.end();
  const auto target = open(child.pid());
  ASSERT_TRUE(target) << target.error().message();
  EXPECT_TRUE(target->has_ended());
}

TEST(Target, KnowsAKernelThread) {
  const proc::Procfs procfs;
  if (procfs.read("2/comm").value_or("") != "kthreadd\n")
    GTEST_SKIP() << "no kthreadd at PID 2 here";
  const auto target = open(2);
  ASSERT_TRUE(target) << target.error().message();
  EXPECT_TRUE(target->is_kernel_thread());
  EXPECT_FALSE(target->has_ended());
}

}  // namespace
}  // namespace debug_process::target
