// SPDX-License-Identifier: Apache-2.0
#include "util/capabilities.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace debug_process
