// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/family.h"

#include <gmock/gmock.h>

#include "unit/trace/sampling/fake_proc.h"

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
    for (const Member& member : family.members()) pids.push_back(member.looker.pid());
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
