// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/quota.h"

#include <gtest/gtest.h>

#include "sections/threads/gather.h"
#include "sections/threads/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::threads {
namespace {

using namespace std::chrono_literals;
using report::Value;

TEST(CpuQuota, IsTheLowestUpTheV2Tree) {
  const auto samples = read_quotas(fixture_source(kInV2, "v2"));
  ASSERT_TRUE(samples) << samples.error().message();
  ASSERT_EQ(samples->size(), 3U);
  const Quota quota = quota_of(*samples, *samples);
  EXPECT_EQ(quota.limited, true);
  EXPECT_DOUBLE_EQ(*quota.cpus, 0.5);
  EXPECT_EQ(quota.group, "/kubepods.slice/pod1.slice");
  EXPECT_EQ(quota.throttled, 0ns);
}

TEST(CpuQuota, ReadsV1sNanosecondsAndItsMinusOne) {
  const auto samples = read_quotas(fixture_source(kInV1, "v1"));
  ASSERT_TRUE(samples) << samples.error().message();
  EXPECT_DOUBLE_EQ(*(*samples)[0].cpus, 1.5);
  EXPECT_EQ((*samples)[0].throttled, 2500ms);
  EXPECT_DOUBLE_EQ(*(*samples)[1].cpus, 4.0);
  EXPECT_FALSE((*samples)[2].cpus);
}

TEST(CpuQuota, CountsTheWindowOfTheGroupThatLostMost) {
  const auto start = read_quotas(fixture_source(kInV2, "v2"));
  auto end = *start;
  end[0].periods += 50;
  end[0].throttled_periods += 48;
  end[0].throttled += 4200ms;
  end[1].periods += 50;
  end[1].throttled_periods += 1;
  end[1].throttled += 1ms;
  const Quota quota = quota_of(*start, end);
  EXPECT_EQ(quota.throttled, 4200ms);
  EXPECT_EQ(quota.throttled_periods, 48U);
  EXPECT_EQ(quota.periods, 50U);
}

TEST(CpuQuota, IsNoneInAGroupWithoutOne) {
  const auto samples = read_quotas(fixture_source(kHybrid));
  ASSERT_TRUE(samples) << samples.error().message();
  const Quota quota = quota_of(*samples, *samples);
  EXPECT_EQ(quota.limited, false);
  EXPECT_FALSE(quota.cpus);
}

TEST(CpuQuota, StandsInTheReportInWords) {
  Facts facts;
  facts.quota = {true, 0.5, "/kubepods.slice/pod1.slice", 50, 48, 4200ms};
  const auto section = present(facts);
  EXPECT_EQ(metric(section, "cpu_quota"),
            Value("0.50 CPUs (/kubepods.slice/pod1.slice): throttled 4.20 s, in 48 of 50 periods"));
  EXPECT_EQ(metric(section, "cpu_throttled_ns"), Value(std::chrono::nanoseconds(4200ms)));
}

TEST(CpuQuota, IsUnknownWithTheReasonWhereNoGroupCanBeRead) {
  const auto both = snapshot(fixture_source(kInV2, "nowhere"));
  const Facts facts = gather(both, both, 1s, nullptr);
  EXPECT_FALSE(facts.quota.limited);
  EXPECT_NE(facts.completeness.reason.find("CPU quota: cannot find the cpu cgroup of 5100"),
            std::string::npos)
      << facts.completeness.reason;
  EXPECT_TRUE(is_unknown(metric(present(facts), "cpu_limited")));
}

}  // namespace
}  // namespace debug_process::sections::threads
