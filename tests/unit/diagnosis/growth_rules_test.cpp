// What grows, fills up or jumps within the window.
// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

constexpr std::uint64_t kMiB = 1048576;

// One interval for each value, which is how many files are open at its end.
void set_open_files(Facts& facts, std::uint64_t at_start, const std::vector<std::uint64_t>& ends) {
  facts.intervals.open_files_at_start = at_start;
  facts.intervals.intervals.clear();
  for (const std::uint64_t open : ends) {
    sections::intervals::Interval interval;
    interval.length = facts.window / ends.size();
    interval.open_files = open;
    facts.intervals.intervals.push_back(interval);
  }
  facts.files.open = ends.back();
  facts.files.by_type_at_start = {{"file", 3}, {"socket", at_start - 3}};
  facts.files.by_type = {{"file", 3}, {"socket", ends.back() - 3}};
}

Facts leaking(const std::vector<std::uint64_t>& ends = {104, 108, 112, 116, 120}) {
  Facts facts = healthy();
  set_open_files(facts, 100, ends);
  add_calls(facts, "socket", 50);
  return facts;
}

TEST(FdLeak, FiresOnSteadyGrowthAndNamesTheGroup) {
  const auto finding = fd_leak(leaking());
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->title,
            "more and more open files: 20 more within the window, most of them of type socket, the "
            "limit in 7m 32s");
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

Facts growing(std::uint64_t per_interval = kMiB) {
  Facts facts = healthy();
  const std::uint64_t from = 100 * kMiB;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    sections::intervals::Interval interval;
    interval.length = 1s;
    interval.rss = Bytes{from + i * per_interval};
    facts.intervals.intervals.push_back(interval);
  }
  const auto rate = static_cast<double>(per_interval);
  facts.memory.growth = {10, Rate{rate}, Rate{rate / 2}, Rate{rate * 2}};
  facts.memory.start = {Bytes{from}, Bytes{from}, Bytes{from / 2}, Bytes{from / 2}, Bytes{0}};
  facts.memory.rss = facts.memory.rss_peak = Bytes{from + 10 * per_interval};
  facts.memory.anonymous = Bytes{from / 2 + 10 * per_interval};
  facts.memory.file = Bytes{from / 2};
  facts.host.memory_available = Bytes{1024 * kMiB};
  return facts;
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

Facts limited(std::uint64_t used, std::uint64_t cache = 0) {
  Facts facts = healthy();
  facts.memory.limit.limited = true;
  facts.memory.limit.limit = Bytes{1000 * kMiB};
  facts.memory.limit.group = "/app";
  facts.memory.limit.used = Bytes{used * kMiB};
  facts.memory.limit.active_file = Bytes{cache * kMiB};
  return facts;
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

Facts with_zombies(std::uint64_t at_start, std::uint64_t throughout, std::uint64_t now) {
  Facts facts = healthy();
  facts.process.zombies = {now, at_start, throughout};
  return facts;
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
