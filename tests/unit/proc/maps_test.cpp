// SPDX-License-Identifier: Apache-2.0
#include "proc/maps.h"

#include <gtest/gtest.h>

#include "proc/smaps.h"
#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(MapsParser, ReadsACapturedSample) {
  const auto maps = parse_maps(fixture("4242/maps"));
  ASSERT_TRUE(maps) << maps.error().message();
  ASSERT_EQ(maps->size(), 12U);
  const Map& text = maps->at(1);
  EXPECT_EQ(text.start, 0x55b63f010000U);
  EXPECT_EQ(text.size(), Bytes{0x10000});
  EXPECT_TRUE(text.readable && text.executable && !text.writable && !text.shared);
  EXPECT_EQ(text.offset, 0x10000U);
  EXPECT_EQ(text.inode, 247498U);
  EXPECT_EQ(maps->at(4).path, "");
  EXPECT_TRUE(maps->at(7).shared);
}

TEST(MapsParser, KeepsPathsWithSpaces) {
  const auto maps = parse_maps(fixture("4242/maps"));
  ASSERT_TRUE(maps);
  EXPECT_EQ(maps->at(0).path, "/opt/app/bin/serv er");
  EXPECT_EQ(maps->at(7).path, "/memfd:a name (deleted)");
  EXPECT_EQ(maps->at(9).path, "/tmp/new\\012line  two blanks");
}

TEST(MapsParser, NamesTheLineThatIsMalformed) {
  const std::string good = "1000-2000 r--p 00000000 00:00 0\n";
  EXPECT_EQ(parse_maps(good + "2000-1000 r--p 00000000 00:00 0\n").error().message(),
            "cannot parse maps: line 2: no mapping");
  EXPECT_FALSE(parse_maps("1000 r--p 00000000 00:00 0\n"));
  EXPECT_FALSE(parse_maps("1000-2000 r-- 00000000 00:00 0\n"));
  EXPECT_FALSE(parse_maps("1000-2000 r--p 00000000\n"));
  EXPECT_FALSE(parse_maps("10000000000000000-2 r--p 00000000 00:00 0\n"));
}

TEST(SmapsParser, ReadsACapturedSample) {
  const auto smaps = parse_smaps(fixture("4242/smaps"));
  ASSERT_TRUE(smaps) << smaps.error().message();
  ASSERT_EQ(smaps->size(), 12U);
  EXPECT_EQ(smaps->at(0).usage.rss, kibibytes(64));
  EXPECT_EQ(smaps->at(0).usage.pss, kibibytes(48));
  EXPECT_EQ(smaps->at(0).usage.shared_clean, kibibytes(16));
  EXPECT_EQ(smaps->at(0).usage.private_clean, kibibytes(48));
  EXPECT_EQ(smaps->at(2).map.path, "[heap]");
  EXPECT_EQ(smaps->at(2).usage.private_dirty, kibibytes(900));
}

TEST(SmapsParser, KeepsPathsWithSpaces) {
  const auto smaps = parse_smaps(fixture("4242/smaps"));
  ASSERT_TRUE(smaps);
  EXPECT_EQ(smaps->at(0).map.path, "/opt/app/bin/serv er");
}

TEST(SmapsParser, IsNotFooledByAKeyInAName) {
  const auto smaps = parse_smaps(fixture("4242/smaps"));
  ASSERT_TRUE(smaps);
  EXPECT_EQ(smaps->at(8).map.path, "[anon:arena Rss: 1 kB]");
  EXPECT_EQ(smaps->at(8).usage.rss, kibibytes(8));
}

TEST(SmapsParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_smaps("Rss: 1 kB\n").error().message(),
            "cannot parse smaps: line 1: Rss before any mapping");
  EXPECT_EQ(parse_smaps("1000-2000 r--p 0 00:00 0\nRss: x kB\n").error().message(),
            "cannot parse smaps: line 2: Rss is no number of kB");
  EXPECT_FALSE(parse_smaps("1000-2000 r--p 0 00:00 0\nRss: 99999999999999999 kB\n"));
  EXPECT_FALSE(parse_smaps("1000-2000 r--p 0 00:00 0\n\n"));
}

TEST(SmapsRollupParser, ReadsTheTotals) {
  const auto usage = parse_smaps_rollup(fixture("4242/smaps_rollup"));
  ASSERT_TRUE(usage) << usage.error().message();
  EXPECT_EQ(usage->pss, kibibytes(1664));
  EXPECT_EQ(usage->private_clean + usage->private_dirty, kibibytes(1664));
  EXPECT_FALSE(parse_smaps_rollup(""));
}

}  // namespace
}  // namespace debug_process::proc
