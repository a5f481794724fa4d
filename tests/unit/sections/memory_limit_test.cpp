// The memory limits of cgroup trees of all kinds: tests/fixtures/cgroup.
// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/limit.h"

#include <gtest/gtest.h>

#include "unit/sections/fixture.h"

namespace debug_process::sections::memory {
namespace {

using namespace std::chrono_literals;

Limit limit_now(const LimitSnapshot& now) {
  return limit_of(now, now, 1s);
}

TEST(MemoryLimit, IsTheLowestUpTheV2Tree) {
  const Limit limit = limit_now(read_limits(fixture_source(kInV2, "v2")));
  EXPECT_EQ(limit.limited, true);
  EXPECT_EQ(limit.limit, Bytes{1073741824});  // of the parent: its own is twice that
  EXPECT_EQ(limit.group, "/kubepods.slice");
  EXPECT_EQ(limit.current, Bytes{1020054732});
  EXPECT_EQ(limit.used, Bytes{1020054732 - 53687091});
  EXPECT_EQ(limit.active_file, Bytes{4000000});
  EXPECT_NEAR(limit.used_ratio->value, 0.9, 0.001);
  EXPECT_EQ(limit.headroom, Bytes{1073741824 - (1020054732 - 53687091)});
  EXPECT_EQ(limit.soft_limit, Bytes{536870912});
  EXPECT_EQ(limit.swap_limit, Bytes{268435456});
  EXPECT_FALSE(limit.swap_limit_is_of_both);
  EXPECT_EQ(limit.own_group, "/kubepods.slice/pod1.slice");
  EXPECT_EQ(limit.own_current, Bytes{700000000});
  EXPECT_EQ(limit.oom_kills_ever, 1U);
}

TEST(MemoryLimit, IsTheLowestUpTheV1Tree) {
  const Limit limit = limit_now(read_limits(fixture_source(kInV1, "v1")));
  EXPECT_EQ(limit.limit, Bytes{268435456});
  EXPECT_EQ(limit.group, "/docker/web");
  EXPECT_EQ(limit.used, Bytes{250000000});
  EXPECT_EQ(limit.active_file, Bytes{3000000});
  EXPECT_EQ(limit.swap_limit, Bytes{536870912});
  EXPECT_TRUE(limit.swap_limit_is_of_both);
  EXPECT_FALSE(limit.soft_limit);
  EXPECT_EQ(limit.oom_kills_ever, 3U);
  EXPECT_FALSE(limit.pressure_some) << "v1 has none";
}

TEST(MemoryLimit, ComesFromV1AndPressureFromV2OnAHybridHost) {
  LimitSnapshot start = read_limits(fixture_source(kHybrid));
  const LimitSnapshot end = start;
  start.pressure->some->total -= 50ms;
  start.pressure->full->total -= 20ms;
  const Limit limit = limit_of(start, end, 1s);
  EXPECT_EQ(limit.limit, Bytes{134217728});
  EXPECT_EQ(limit.used_ratio, Ratio{0.5});
  EXPECT_NEAR(limit.pressure_some->value, 0.05, 1e-9);
  EXPECT_NEAR(limit.pressure_full->value, 0.02, 1e-9);
}

TEST(MemoryLimit, TellsNoneFromUnknown) {
  const Limit none = limit_now(read_limits(fixture_source(kHostile)));
  EXPECT_EQ(none.limited, false);
  EXPECT_FALSE(none.limit);
  const LimitSnapshot unreadable = read_limits(fixture_source(kInV2, "nowhere"));
  EXPECT_TRUE(unreadable.error);
  EXPECT_FALSE(limit_now(unreadable).limited);
}

TEST(MemoryLimit, CountsEventsOfTheWindow) {
  const LimitSnapshot start = read_limits(fixture_source(kInV2, "v2"));
  LimitSnapshot end = start;
  end.groups[0].oom_kills = *end.groups[0].oom_kills + 1;
  end.groups[0].soft_limit_hits = *end.groups[0].soft_limit_hits + 20;
  end.groups[1].limit_hits = *end.groups[1].limit_hits + 7;
  end.groups[1].oom_kills = *end.groups[1].oom_kills + 4;  // of a neighbour
  const Limit limit = limit_of(start, end, 1s);
  EXPECT_EQ(limit.oom_kills, 1U);
  EXPECT_EQ(limit.soft_limit_hits, 20U);
  EXPECT_EQ(limit.limit_hits, 7U);
}

TEST(MemoryLimit, DoesNotBlameAGroupForWhatWasBeforeItsTime) {
  const LimitSnapshot elsewhere = read_limits(fixture_source(kInV1, "v1"));
  const LimitSnapshot end = read_limits(fixture_source(kInV2, "v2"));
  const Limit limit = limit_of(elsewhere, end, 1s);
  EXPECT_FALSE(limit.oom_kills);
  EXPECT_EQ(limit.oom_kills_ever, 1U);
}

}  // namespace
}  // namespace debug_process::sections::memory
