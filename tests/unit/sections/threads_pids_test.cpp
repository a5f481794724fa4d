// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/pids.h"

#include <gtest/gtest.h>

#include "sections/threads/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::threads {
namespace {

using report::Value;

TEST(PidsLimit, IsThatOfTheGroupNearestToItsLimit) {
  const Pids pids = read_pids(fixture_source(kInV2, "v2"));
  EXPECT_EQ(pids.current, 85U);
  EXPECT_EQ(pids.limit, 100U);
  EXPECT_EQ(pids.group, "/kubepods.slice/pod1.slice");
}

TEST(PidsLimit, IsUnknownWithoutTheControllerOrTheGroup) {
  EXPECT_FALSE(read_pids(fixture_source(kInV1, "v1")).limit);
  EXPECT_FALSE(read_pids(fixture_source(kInV2, "nowhere")).limit);
}

TEST(PidsLimit, StandsInTheReport) {
  Facts facts;
  facts.pids = {85, 100, "/app"};
  const auto section = present(facts);
  EXPECT_EQ(metric(section, "pids_current"), Value(std::uint64_t{85}));
  EXPECT_EQ(metric(section, "pids_limit"), Value(std::uint64_t{100}));
  EXPECT_EQ(metric(section, "pids_cgroup"), Value("/app"));
  EXPECT_TRUE(is_unknown(metric(present(Facts{}), "pids_limit")));
}

}  // namespace
}  // namespace debug_process::sections::threads
