// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/family.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <iterator>

#include "unit/trace/fake_proc.h"

namespace debug_process::trace::sampling {
namespace {

using testing::ElementsAre;

class FamilyTest : public FakeProc {
 protected:
  void SetUp() override {
    FakeProc::SetUp();
    put_process(kPid);
    put_process(50);
  }

  static std::vector<pid_t> pids(const Family& family) {
    std::vector<pid_t> pids;
    for (const Member& member : family.members()) pids.push_back(member.stats.pid.value_or(0));
    return pids;
  }
};

TEST_F(FamilyTest, NeedsTheTargetsStat) {
  EXPECT_FALSE(Family::of(procfs(), 4711));
  EXPECT_TRUE(Family::of(procfs(), kPid));
}

TEST_F(FamilyTest, FindsChildrenAndTheirsWhateverTheirNumbers) {
  put_process(90, 120);  // a grandchild with a number below its parent's
  put_process(120, kPid);
  put_process(60, 50);
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  family->search();
  EXPECT_THAT(pids(*family), ElementsAre(kPid, 120, 90));
  EXPECT_EQ(family->members()[2].stats.parent, 120);
  EXPECT_FALSE(family->members()[1].stats.started_in_window);
}

TEST_F(FamilyTest, TakesALaterChildForOneThatBeganInTheWindow) {
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  family->search();
  put_process(120, kPid);
  family->search();
  family->search();
  ASSERT_EQ(family->members().size(), 2U);
  EXPECT_TRUE(family->members()[1].stats.started_in_window);
}

TEST_F(FamilyTest, KeepsTheOrphansOfAnEndedChild) {
  put_process(120, kPid);
  put_process(121, 120);
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  family->search();
  remove("120");
  put_process(121, 1);
  EXPECT_FALSE(family->refresh(family->members()[1]));
  EXPECT_TRUE(family->members()[1].stats.ended_in_window);
  EXPECT_TRUE(family->refresh(family->members()[2]));
}

TEST_F(FamilyTest, TakesAReusedNumberForAnEnd) {
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  put_process(kPid, 1, 'S', 0, 501);
  EXPECT_FALSE(family->refresh(family->members()[0]));
}

TEST_F(FamilyTest, TakesAZombieLeaderWithThreadsForAlive) {
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  put_process(kPid, 1, 'Z', 0, 500, 2);
  EXPECT_TRUE(family->refresh(family->members()[0]));
  put_process(kPid, 1, 'Z', 0, 500, 1);
  EXPECT_FALSE(family->refresh(family->members()[0]));
}

std::ptrdiff_t open_descriptors() {
  const fs::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST_F(FamilyTest, KeepsNoDescriptorOfChildrenThatHaveEnded) {
  constexpr int kChildren = 1000;
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  family->search();
  const auto before = open_descriptors();
  for (int i = 0; i < kChildren; ++i) {
    put_process(1000 + i, kPid);
    family->search();
    remove(fmt::format("{}", 1000 + i));
    EXPECT_FALSE(family->refresh(family->members().back()));
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(family->members().size(), std::size_t{kChildren} + 1);
  EXPECT_EQ(family->members().back().stats.pid, 1000 + kChildren - 1);
  EXPECT_TRUE(family->members().back().stats.ended_in_window);
  EXPECT_EQ(family->missed(), 0U);
}

TEST_F(FamilyTest, KeepsNoMoreThanTheLatestOfThoseThatHaveEnded) {
  constexpr int kAtATime = 200;
  constexpr int kTimes = 3 * static_cast<int>(Family::kMostEnded) / kAtATime;
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  family->search();
  pid_t next = 1000;
  for (int i = 0; i < kTimes; ++i) {
    for (int child = 0; child < kAtATime; ++child) put_process(next++, kPid);
    family->search();
    for (int child = 1; child <= kAtATime; ++child) remove(fmt::format("{}", next - child));
    for (Member& member : family->members()) (void)family->refresh(member);
    family->forget_oldest_ended();
    ASSERT_LE(family->members().size(), 2 * Family::kMostEnded + 1);
  }
  EXPECT_EQ(family->members().front().stats.pid, kPid);
  EXPECT_EQ(family->members().back().stats.pid, next - 1);
  EXPECT_EQ(family->members().size() - 1 + family->forgotten(), std::size_t{kTimes * kAtATime});
}

TEST_F(FamilyTest, KeepsWhatItKnowsOfTheTargetAfterItsEnd) {
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  remove(fmt::format("{}", kPid));
  EXPECT_FALSE(family->refresh(family->members().front()));
  EXPECT_NE(family->members().front().looker, nullptr);
}

// Leaves so many descriptors to open, as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t left) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd next(::dup(0));
    const rlimit few{static_cast<rlim_t>(next.get()) + left, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(FamilyTest, CountsChildrenThatNoDescriptorWasLeftFor) {
  for (int i = 0; i < 5; ++i) put_process(1000 + i, kPid);
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  {
    // Each child holds one; the third leaves none to read its stat with.
    const FewDescriptors few(3);
    family->search();
  }
  EXPECT_EQ(family->members().size(), 3U);
  EXPECT_EQ(family->missed(), 3U);
  family->search();
  EXPECT_EQ(family->members().size(), 6U);
  EXPECT_EQ(family->missed(), 3U);  // for that while they were
}

TEST_F(FamilyTest, DoesNotTakeItsOwnLackOfDescriptorsForAnEnd) {
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  const FewDescriptors none(0);
  EXPECT_TRUE(family->refresh(family->members().front()));
}

TEST_F(FamilyTest, SaysHowManyItCouldNotTakeIn) {
  constexpr int kTooMany = 3;
  for (int i = 0; i < static_cast<int>(Family::kMost) - 1 + kTooMany; ++i)
    put_process(1000 + i, kPid);
  auto family = Family::of(procfs(), kPid);
  ASSERT_TRUE(family);
  family->search();
  EXPECT_EQ(family->members().size(), Family::kMost);
  EXPECT_EQ(family->missed(), std::uint64_t{kTooMany});
}

}  // namespace
}  // namespace debug_process::trace::sampling
