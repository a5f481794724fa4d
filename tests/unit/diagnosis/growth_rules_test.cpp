// What grows, fills up or jumps within the window.
// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/ill_growth.h"

namespace debug_process::diagnosis {
namespace {

using ill::growing, ill::kMiB, ill::leaking, ill::limited, ill::with_zombies;

TEST(FdLeak, FiresOnSteadyGrowthAndNamesTheGroup) {
  const auto finding = fd_leak(leaking());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->title,
            "more and more open files: 20 more within the window, most of them of type socket, the "
            "limit in 7m 32s");
}

TEST(FdLeak, NamesTheFileThatIsOpenedAgainAndAgain) {
  Facts facts = leaking();
  for (int i = 0; i < 20; ++i) add_file(facts, 10 + i, "socket", i < 19 ? "/a" : "/b");
  EXPECT_THAT(fd_leak(facts)->title, testing::Not(HasSubstr("open: /a")));
  add_file(facts, 40, "socket", "/a");
  EXPECT_THAT(fd_leak(facts)->title, HasSubstr("most of them of type socket (20 open: /a), the"));
}

TEST(FdLeak, IsSilentBelowTwenty) {
  EXPECT_FALSE(fd_leak(leaking({104, 108, 112, 116, 119})));
}

TEST(FdLeak, IsSilentWhereOneIntervalDoesNotGrow) {
  EXPECT_FALSE(fd_leak(leaking({110, 120, 120, 130, 140})));
}

TEST(FdLeak, IsSilentWhereGrowthSlowsDown) {
  EXPECT_FALSE(fd_leak(leaking({130, 150, 160, 165, 168}))) << "a cache that fills";
  EXPECT_TRUE(fd_leak(leaking({108, 116, 120, 124, 132})));
}

TEST(FdLeak, IsSilentWhereNearlyAllAreClosed) {
  Facts facts = leaking();
  add_calls(facts, "accept4", 150);
  EXPECT_TRUE(fd_leak(facts)) << "20 of 200";
  add_calls(facts, "openat", 1);
  EXPECT_FALSE(fd_leak(facts)) << "20 of 201";
}

TEST(FdLeak, IsSilentAboutClientsThatComeAndStay) {
  Facts facts = leaking();
  facts.sockets.incoming_at_start = 10;
  facts.sockets.incoming = 17;
  EXPECT_TRUE(fd_leak(facts));
  facts.sockets.incoming = 18;  // a proxy: as many go out again
  EXPECT_FALSE(fd_leak(facts));
}

TEST(FdLeak, IsSilentAboutAYoungProcessAndWithoutIntervals) {
  Facts facts = leaking();
  facts.process.uptime = 9s;
  EXPECT_FALSE(fd_leak(facts));
  facts = leaking();
  facts.intervals.intervals[2].open_files.reset();
  EXPECT_FALSE(fd_leak(facts));
}

TEST(MemoryGrowth, FiresAndSaysHowLongThereIsRoom) {
  const auto finding = memory_growth(growing());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::warning);
  EXPECT_EQ(finding->title, "memory grows by 1.0 MB/s: there is room for another 17m 4s");
}

TEST(MemoryGrowth, KnowsTheLimitOfItsGroup) {
  Facts facts = growing();
  facts.memory.limit.headroom = Bytes{60 * kMiB};
  EXPECT_THAT(memory_growth(facts)->title, HasSubstr("another 1m 0s"));
}

TEST(MemoryGrowth, IsNoWarningWhereThereIsRoomForHours) {
  Facts facts = growing();
  facts.host.memory_available = Bytes{3600 * kMiB};
  EXPECT_EQ(memory_growth(facts)->severity, Severity::info);
}

TEST(MemoryGrowth, FiresFromAPercentAMinute) {
  // Of 100 MiB that is 17,476 bytes a second: less than the least that is looked at, in 10 s.
  EXPECT_FALSE(memory_growth(growing(kMiB / 20)));
  EXPECT_TRUE(memory_growth(growing(kMiB / 10 + 4096)));
  Facts large = growing(kMiB / 10 + 4096);
  large.memory.rss = *large.memory.rss + Bytes{1024 * kMiB};
  EXPECT_FALSE(memory_growth(large));
}

TEST(MemoryGrowth, IsSilentWhereTheSlopeMayBeNone) {
  Facts facts = growing();
  facts.memory.growth->low_per_s = Rate{0};
  EXPECT_FALSE(memory_growth(facts));
}

TEST(MemoryGrowth, IsSilentAboutASawtooth) {
  Facts facts = growing();
  facts.intervals.intervals[6].rss = facts.intervals.intervals[3].rss;
  EXPECT_FALSE(memory_growth(facts)) << "it fell once";
  facts = growing();
  facts.memory.start->rss_peak = Bytes{150 * kMiB};
  EXPECT_FALSE(memory_growth(facts)) << "it had more before";
}

TEST(MemoryGrowth, IsSilentAboutACacheThatWarmsUp) {
  Facts facts = growing();
  std::uint64_t rss = 100 * kMiB;
  std::uint64_t step = 8 * kMiB;
  for (auto& interval : facts.intervals.intervals) {
    rss += step;
    step = step * 3 / 4;
    interval.rss = Bytes{rss};
  }
  EXPECT_FALSE(memory_growth(facts));
}

TEST(MemoryGrowth, IsSilentAboutFilesThatAreRead) {
  Facts facts = growing();
  facts.memory.anonymous = facts.memory.start->anonymous;
  EXPECT_FALSE(memory_growth(facts));
}

TEST(MemoryGrowth, IsSilentAboutAYoungProcess) {
  Facts facts = growing();
  facts.process.uptime = 29s;
  EXPECT_FALSE(memory_growth(facts));
  facts.process.uptime = 30s;
  EXPECT_TRUE(memory_growth(facts));
}

TEST(CgroupMemoryNearLimit, FiresFrom90PercentAndIsCriticalFrom98) {
  EXPECT_FALSE(cgroup_memory_near_limit(limited(899)));
  ASSERT_TRUE(cgroup_memory_near_limit(limited(900)));
  EXPECT_EQ(cgroup_memory_near_limit(limited(979))->severity, Severity::warning);
  EXPECT_EQ(cgroup_memory_near_limit(limited(980))->severity, Severity::critical);
  EXPECT_EQ(cgroup_memory_near_limit(limited(900))->title,
            "90.0% of the 1.0 GB that the control group /app may have are in use");
}

TEST(CgroupMemoryNearLimit, DoesNotCountTheFileCache) {
  EXPECT_FALSE(cgroup_memory_near_limit(limited(980, 100)));
}

TEST(CgroupMemoryNearLimit, IsCriticalOnceSomebodyWasKilled) {
  Facts facts = limited(100);
  facts.memory.limit.oom_kills_ever = 3;
  EXPECT_FALSE(cgroup_memory_near_limit(facts)) << "long ago";
  facts.memory.limit.oom_kills = 1;
  ASSERT_TRUE(cgroup_memory_near_limit(facts));
  EXPECT_EQ(cgroup_memory_near_limit(facts)->severity, Severity::critical);
}

TEST(CgroupMemoryNearLimit, IsSilentWithoutALimit) {
  EXPECT_FALSE(cgroup_memory_near_limit(healthy()));
}

TEST(Zombies, FiresFromTenThatGrow) {
  EXPECT_FALSE(zombies(with_zombies(5, 5, 9)));
  ASSERT_TRUE(zombies(with_zombies(5, 5, 10)));
  EXPECT_EQ(zombies(with_zombies(5, 5, 12))->title,
            "12 children have ended and nobody has waited for them, 7 more than when the window "
            "began");
  EXPECT_FALSE(zombies(with_zombies(10, 10, 10))) << "it does not grow";
}

TEST(Zombies, IsSilentAboutAParentThatReapsNowAndThen) {
  EXPECT_FALSE(zombies(with_zombies(12, 0, 40)));
  EXPECT_FALSE(zombies(with_zombies(12, 11, 40)));
}

TEST(Zombies, OfNoneAtTheStartOnlyMissingWaitsTell) {
  Facts facts = with_zombies(0, 0, 30);
  EXPECT_TRUE(zombies(facts));
  add_calls(facts, "wait4", 5);
  EXPECT_FALSE(zombies(facts));
  facts = with_zombies(0, 0, 30);
  facts.syscalls.traced = false;
  EXPECT_FALSE(zombies(facts));
}

TEST(Zombies, IsSilentWhereTheyCouldNotBeFound) {
  Facts facts = with_zombies(5, 5, 30);
  facts.process.zombies.at_start.reset();
  EXPECT_FALSE(zombies(facts));
}

TEST(ClockJump, FiresFrom50MillisecondsInBothDirections) {
  Facts facts = healthy();
  EXPECT_FALSE(clock_jump(facts));
  facts.host.clock_step = 49ms;
  EXPECT_FALSE(clock_jump(facts));
  facts.host.clock_step = 50ms;
  ASSERT_TRUE(clock_jump(facts));
  facts.host.clock_step = -1500ms;
  EXPECT_EQ(clock_jump(facts)->title, "the clock of this machine was set back by 1.50 s");
}

}  // namespace
}  // namespace debug_process::diagnosis
