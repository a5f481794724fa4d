// SPDX-License-Identifier: Apache-2.0
#include "util/capabilities.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <thread>

namespace debug_process {
namespace {

TEST(CapabilitySet, ReadsTheKernelsBits) {
  const CapabilitySet set((std::uint64_t{1} << CAP_BPF) | 1U);
  EXPECT_TRUE(set.has(CAP_BPF));
  EXPECT_TRUE(set.has(CAP_CHOWN));
  EXPECT_FALSE(set.has(CAP_PERFMON));
}

TEST(CapabilitySet, HasNothingOutsideOfItsBits) {
  const CapabilitySet all(~std::uint64_t{0});
  EXPECT_TRUE(all.has(63));
  EXPECT_FALSE(all.has(64));
  EXPECT_FALSE(all.has(-1));
}

TEST(CapabilityName, IsThatOfTheManual) {
  EXPECT_EQ(capability_name(CAP_CHOWN), "CAP_CHOWN");
  EXPECT_EQ(capability_name(CAP_SYS_PTRACE), "CAP_SYS_PTRACE");
  EXPECT_EQ(capability_name(CAP_SYS_ADMIN), "CAP_SYS_ADMIN");
  EXPECT_EQ(capability_name(CAP_BPF), "CAP_BPF");
  EXPECT_EQ(capability_name(63), "capability 63");
}

TEST(CapabilitySet, IsOneOfSets) {
  const CapabilitySet set{CAP_KILL, CAP_BPF};
  EXPECT_TRUE(set.has(CAP_KILL) && set.has(CAP_BPF) && !set.has(CAP_CHOWN));
  EXPECT_EQ(set & CapabilitySet{CAP_BPF}, CapabilitySet{CAP_BPF});
  EXPECT_EQ(set.without({CAP_BPF}), CapabilitySet{CAP_KILL});
  EXPECT_EQ(CapabilitySet{CAP_KILL} | CapabilitySet{CAP_BPF}, set);
  EXPECT_TRUE(CapabilitySet().empty());
  EXPECT_EQ(to_string(set), "CAP_KILL, CAP_BPF");
  EXPECT_EQ(to_string({}), "none");
}

// In a thread of its own: what is given up is gone for good.
TEST(KeepOnly, LeavesNoMoreThanThatAndAddsNothing) {
  const auto had = effective_capabilities();
  ASSERT_TRUE(had);
  if (!had->has(CAP_KILL)) GTEST_SKIP() << "needs CAP_KILL, to keep it";
  std::thread([] {
    ASSERT_TRUE(keep_only({CAP_KILL, CAP_BPF}));
    ASSERT_TRUE(keep_only({CAP_KILL, CAP_CHOWN}));
    EXPECT_EQ(effective_capabilities(), CapabilitySet{CAP_KILL});
    std::thread([] { EXPECT_EQ(effective_capabilities(), CapabilitySet{CAP_KILL}); }).join();
  }).join();
  EXPECT_EQ(effective_capabilities(), *had);
}

TEST(GainNoMore, IsForThisThreadAndItsOwn) {
  const auto is_set = [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); };
  const int before = is_set();
  std::thread([&] {
    ASSERT_TRUE(gain_no_more());
    EXPECT_EQ(is_set(), 1);
    std::thread([&] { EXPECT_EQ(is_set(), 1); }).join();
  }).join();
  EXPECT_EQ(is_set(), before);
}

}  // namespace
}  // namespace debug_process
