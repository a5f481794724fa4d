// SPDX-License-Identifier: Apache-2.0
#include "proc/procfs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "proc/living.h"
#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(Procfs, ReadsWholeFilesOfAnySize) {
  EXPECT_EQ(fixture_procfs().read("loadavg"), "0.20 0.18 0.12 1/80 11206\n");
  // Longer than the first buffer, and without a size that stat could tell.
  const auto maps = Procfs().read("self/smaps");
  ASSERT_TRUE(maps) << maps.error().message();
  EXPECT_GT(maps->size(), 4096U);
  EXPECT_EQ(maps->back(), '\n');
}

TEST(Procfs, SaysWhatItCouldNotRead) {
  const auto missing = fixture_procfs().read("31337/stat");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(is_gone(missing.error()));
  EXPECT_NE(missing.error().message().find("/31337/stat: No such file or directory (ENOENT)"),
            std::string::npos);
}

TEST(Procfs, ReadsLinksWithoutFollowingThem) {
  EXPECT_EQ(fixture_procfs().read_link("4242/fd/3"), "socket:[1001]");
  EXPECT_EQ(fixture_procfs().read_link("4242/cwd"), "/srv/a b");
  EXPECT_FALSE(fixture_procfs().read_link("loadavg"));
}

TEST(Procfs, ListsNumbersInOrder) {
  EXPECT_EQ(fixture_procfs().list_numbers("4242/task"), (std::vector<int>{4242, 4243}));
  const auto names = fixture_procfs().list("pressure");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->size(), 3U);
  EXPECT_FALSE(fixture_procfs().list("31337/fd"));
}

TEST(LivingBase, IsTheProcessUnlessItsLeaderIsAZombie) {
  EXPECT_EQ(living_base(fixture_procfs(), 4242), "4242");
  EXPECT_EQ(living_base(fixture_procfs(), 77), "77/task/78");
  EXPECT_EQ(living_base(fixture_procfs(), 31337), "31337");
}

}  // namespace
}  // namespace debug_process::proc
