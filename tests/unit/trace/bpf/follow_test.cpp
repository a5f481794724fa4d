// Who is followed, and which call is whose.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "unit/trace/bpf/synthetic.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;
using testing::IsEmpty;

constexpr std::uint32_t kChild = 4'500'000;  // no tgid is that large: PID_MAX_LIMIT is 4194304
constexpr std::uint32_t kGrandchild = 4'500'001;
constexpr std::uint32_t kStranger = 4'600'000;
constexpr std::uint64_t kBegan = 1'000'000;
constexpr Window kWindow{nanoseconds(kBegan), nanoseconds(1'000'000'000'000)};

class Follow : public Synthetic {
 protected:
  void SetUp() override { load({{}, false, true}); }

  static std::uint32_t target() { return static_cast<std::uint32_t>(::getpid()); }

  ProcessStats of(std::uint32_t tgid) {
    for (ProcessStats& stats : processes(kWindow))
      if (stats.pid == static_cast<pid_t>(tgid)) return stats;
    ADD_FAILURE() << tgid << " has no row";
    return {};
  }
};

TEST_F(Follow, TakesChildrenAndTheirChildren) {
  fork(target(), kChild, 2 * kBegan);
  fork(kChild, kGrandchild, 3 * kBegan);
  EXPECT_TRUE(is_watched(target()));
  EXPECT_TRUE(is_watched(kChild));
  EXPECT_TRUE(is_watched(kGrandchild));
  EXPECT_EQ(of(kGrandchild).parent, static_cast<pid_t>(kChild));
}

TEST_F(Follow, LeavesChildrenOfOthersAlone) {
  fork(kStranger, kStranger + 1, 2 * kBegan);
  EXPECT_FALSE(is_watched(kStranger + 1));
  EXPECT_THAT(processes(kWindow), IsEmpty());
}

TEST_F(Follow, GivesEachProcessItsCalls) {
  fork(target(), kChild, 2 * kBegan);
  fork(target(), kGrandchild, 2 * kBegan);
  call(thread_of(kChild, kChild), native(SYS_read), 100);
  call(thread_of(kChild, kChild + 10), native(SYS_read), 200, -EIO);
  call(thread_of(kGrandchild, kGrandchild), native(SYS_read), 400);
  EXPECT_EQ(of(kChild).calls, 2U);
  EXPECT_EQ(of(kChild).errors, 1U);
  EXPECT_EQ(of(kChild).in_calls, nanoseconds(300));
  EXPECT_EQ(of(kGrandchild).calls, 1U);
  EXPECT_EQ(of(kGrandchild).errors, 0U);
  EXPECT_EQ(of(kGrandchild).in_calls, nanoseconds(400));
}

TEST_F(Follow, CountsForAThreadWithoutASlotToo) {
  fork(target(), kChild, 2 * kBegan);
  fill_slots();
  call(thread_of(kChild, kChild), native(SYS_read), 100, -EIO);
  EXPECT_EQ(of(kChild).calls, 1U);
  EXPECT_EQ(of(kChild).errors, 1U);
}

TEST_F(Follow, DoesNotCountTheFirstReturnOfAChild) {
  fork(target(), kChild, 2 * kBegan);
  for (const std::int64_t number : {SYS_clone, SYS_clone3})
    EXPECT_EQ(exit(thread_of(kChild, kChild), number, 0, 3 * kBegan), KEY_NONE);
  EXPECT_EQ(of(kChild).calls, 0U);
  EXPECT_THAT(read().syscalls, IsEmpty());
}

TEST_F(Follow, KeepsTheRowOfOneThatHasEnded) {
  fork(target(), kChild, 2 * kBegan);
  call(thread_of(kChild, kChild), native(SYS_read), 100);
  child_end(kChild);
  EXPECT_FALSE(is_watched(kChild));
  EXPECT_EQ(of(kChild).calls, 1U);
}

TEST_F(Follow, TellsApartTwoThatHadTheSameNumber) {
  fork(target(), kChild, 2'000'000);
  child_end(kChild);
  fork(target(), kChild, 2'000'000'000);
  call(thread_of(kChild, kChild), native(SYS_read), 100);
  const auto all = processes(kWindow);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].calls, 0U);
  EXPECT_EQ(all[1].calls, 1U);
}

TEST_F(Follow, DoesNotFollowAStrangerWithTheNumberOfOneThatHasEnded) {
  fork(target(), kChild, 2 * kBegan);
  child_end(kChild);
  fork(kStranger, kChild, 9 * kBegan);
  EXPECT_FALSE(is_watched(kChild));
}

TEST_F(Follow, TellsWhoBeganInTheWindow) {
  fork(target(), kChild, kBegan / 2);
  fork(target(), kGrandchild, 2 * kBegan);
  EXPECT_FALSE(of(kChild).started_in_window);
  EXPECT_TRUE(of(kGrandchild).started_in_window);
}

TEST_F(Follow, SaysHowManyItCouldNotFollow) {
  constexpr std::uint32_t kMore = 5;
  for (std::uint32_t i = 0; i < kProcesses + kMore; ++i) fork(target(), kChild + i, 2 * kBegan);
  EXPECT_EQ(lost(read(), "processes"), kMore);
}

TEST_F(Follow, FollowsMoreThanItHasRowsFor) {
  for (std::uint32_t i = 0; i < kProcesses; ++i) {
    fork(target(), kChild + i, 2 * kBegan);
    child_end(kChild + i);
  }
  fork(target(), kStranger, 3 * kBegan);
  EXPECT_TRUE(is_watched(kStranger));
  call(thread_of(kStranger, kStranger), native(SYS_read), 100);
  EXPECT_EQ(stats_of(read(), {abi::Abi::native, SYS_read}).calls, 1U);
  EXPECT_EQ(lost(read(), "process_rows"), 1U);
}

}  // namespace
}  // namespace debug_process::trace::bpf
