// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/look.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "unit/trace/fake_proc.h"

namespace debug_process::trace::sampling {
namespace {

using namespace std::chrono_literals;

constexpr SyscallKey kRead{abi::Abi::native, 0};
const Clock::time_point kStart{};

class LookTest : public FakeProc {
 protected:
  void SetUp() override {
    FakeProc::SetUp();
    put_process(kPid);
    put_thread(kPid, {});
  }

  Looker looker() const {
    auto reader = proc::TaskReader::open(procfs(), kPid);
    EXPECT_TRUE(reader);
    return Looker(std::move(*reader));
  }
};

TEST_F(LookTest, FindsTheCallTheStateAndTheKernelFunction) {
  Looker looker = this->looker();
  const auto look = looker.look(kPid, kStart);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->thread, "worker");
  EXPECT_EQ(look->place, (Place{'S', kRead, true, "pipe_read"}));
  EXPECT_FALSE(look->since);
}

TEST_F(LookTest, FindsARunningThread) {
  put_thread(kPid, {kRunning, 'R', "0"});
  Looker looker = this->looker();
  const auto look = looker.look(kPid, kStart);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->place, (Place{'R', std::nullopt, true, std::nullopt}));
  EXPECT_EQ(look->thread, "worker");
}

TEST_F(LookTest, KnowsSinceWhenAThreadHasNotMoved) {
  Looker looker = this->looker();
  (void)looker.look(kPid, kStart);
  const auto second = looker.look(kPid, kStart + 20ms);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->since, kStart);
  EXPECT_EQ(looker.look(kPid, kStart + 40ms)->since, kStart);
}

TEST_F(LookTest, DoesNotTakeTheSameCallForTheSameWait) {
  Looker looker = this->looker();
  (void)looker.look(kPid, kStart);
  Thread again;
  again.slices = 2;
  put_thread(kPid, again);
  const auto look = looker.look(kPid, kStart + 20ms);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->place.call, kRead);
  EXPECT_FALSE(look->since);
}

TEST_F(LookTest, DoesNotTakeARunningThreadForOneThatHasNotMoved) {
  put_thread(kPid, {kRunning, 'R', "0"});
  Looker looker = this->looker();
  (void)looker.look(kPid, kStart);
  put_thread(kPid, {});  // in the same slice it has gone to sleep
  const auto look = looker.look(kPid, kStart + 20ms);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->place.wait_channel, "pipe_read");
  EXPECT_FALSE(look->since);
}

TEST_F(LookTest, SeesAThreadThatWaitsForACpuAfterASleep) {
  Looker looker = this->looker();
  (void)looker.look(kPid, kStart);
  put_thread(kPid, {kRunning, 'R', "0"});  // awake, and not yet in a new slice
  EXPECT_EQ(looker.look(kPid, kStart + 20ms)->place.state, 'R');
}

TEST_F(LookTest, WithoutAnAccountOfSlicesKnowsNoSince) {
  Thread thread;
  thread.slices = 0;
  put_thread(kPid, thread);
  Looker looker = this->looker();
  (void)looker.look(kPid, kStart);
  EXPECT_FALSE(looker.look(kPid, kStart + 20ms)->since);
}

// Root may read everything; a folder in its place is no file to anyone.
void forbid(const fs::path& file) {
  fs::remove(file);
  fs::create_directories(file);
}

TEST_F(LookTest, HasStateAndKernelFunctionWhereCallsMayNotBeRead) {
  forbid(root_ / "100/task/100/syscall");
  Looker looker = this->looker();
  const auto look = looker.look(kPid, kStart);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->place, (Place{'S', std::nullopt, false, "pipe_read"}));
  EXPECT_TRUE(looker.calls_refused());
  EXPECT_EQ(looker.look(kPid, kStart + 20ms)->since, kStart);
}

TEST_F(LookTest, DoesNotTakeTheRefusalOfOneThreadForAMissingRight) {
  put_thread(101, {});
  forbid(root_ / "100/task/100/syscall");
  Looker refused_first = looker();
  EXPECT_TRUE(refused_first.look(kPid, kStart));
  EXPECT_TRUE(refused_first.calls_refused());  // as far as is known by now
  EXPECT_EQ(refused_first.look(101, kStart)->place.call, kRead);
  EXPECT_FALSE(refused_first.calls_refused());
  EXPECT_FALSE(refused_first.look(kPid, kStart + 20ms)->place.call_known);
  EXPECT_FALSE(refused_first.calls_refused());
}

TEST_F(LookTest, TakesNoRefusalOfAThreadThatIsExiting) {
  constexpr unsigned kExiting = 0x4;
  write("100/task/100/stat", stat(kPid, "worker", 'R', 1, kExiting, 500, 1));
  forbid(root_ / "100/task/100/syscall");
  Looker looker = this->looker();
  (void)looker.look(kPid, kStart);
  EXPECT_FALSE(looker.calls_refused());
}

TEST_F(LookTest, TellsAKernelWithoutTheFileFromAThreadThatEnded) {
  remove("100/task/100/syscall");
  Looker looker = this->looker();
  EXPECT_TRUE(looker.look(kPid, kStart));
  ASSERT_TRUE(looker.calls_refused());
  EXPECT_EQ(looker.calls_refused()->errno_value, ENOENT);

  Looker other = this->looker();
  EXPECT_FALSE(other.look(101, kStart));
  EXPECT_FALSE(other.calls_refused());
}

TEST_F(LookTest, SaysNoCallOfAStoppedThread) {
  put_thread(kPid, {kInRead, 'T', "do_signal_stop"});
  Looker looker = this->looker();
  const auto look = looker.look(kPid, kStart);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->place, (Place{'T', std::nullopt, true, std::nullopt}));
}

TEST_F(LookTest, AsksNoKernelThreadForItsCall) {
  constexpr unsigned kKernelThread = 0x00200000;
  put_process(kPid, 2, 'I', kKernelThread);
  put_thread(kPid, {"nonsense", 'I', "worker_thread"});
  Looker looker = this->looker();
  ASSERT_TRUE(looker.stat());
  const auto look = looker.look(kPid, kStart);
  ASSERT_TRUE(look);
  EXPECT_EQ(look->place, (Place{'I', std::nullopt, true, "worker_thread"}));
  EXPECT_FALSE(looker.calls_refused());
}

TEST_F(LookTest, LeavesOutTheDead) {
  put_thread(kPid, {"-1 0x0 0x0", 'Z', "0"});
  Looker looker = this->looker();
  EXPECT_FALSE(looker.look(kPid, kStart));
  EXPECT_FALSE(looker.look(kPid, kStart + 20ms));
}

TEST_F(LookTest, LooksAtAnotherProcessNeverUnderTheSameNumber) {
  Looker looker = this->looker();
  fs::rename(root_ / "100", root_ / "gone");
  put_process(kPid);
  put_thread(102, {});
  // What was opened is the old one, wherever it has gone.
  EXPECT_FALSE(looker.look(102, kStart));
}

TEST_F(LookTest, SeesAThreadOfOurs) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  std::atomic<pid_t> tid = 0;
  std::thread reader([&] {
    tid = ::gettid();
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 0);
  });
  auto own = proc::TaskReader::open(proc::Procfs(), ::getpid());
  ASSERT_TRUE(own);
  Looker looker(std::move(*own));
  std::optional<Look> look;
  do {
    look = looker.look(tid, Clock::now());
  } while (!look || look->place.call != (SyscallKey{abi::Abi::native, SYS_read}));
  EXPECT_EQ(look->place.state, 'S');
  EXPECT_TRUE(look->place.call_known);
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
}

}  // namespace
}  // namespace debug_process::trace::sampling
