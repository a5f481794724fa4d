// SPDX-License-Identifier: Apache-2.0
#include "proc/diskstats.h"

#include <gtest/gtest.h>

#include "proc/statm.h"
#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

using namespace std::chrono_literals;

TEST(DiskstatsParser, ReadsACapturedSample) {
  const auto disks = parse_diskstats(fixture("diskstats"));
  ASSERT_TRUE(disks) << disks.error().message();
  ASSERT_EQ(disks->size(), 7U);
  const DiskStats& sda = (*disks)[1];
  EXPECT_EQ(sda.name, "sda");
  EXPECT_EQ(sda.reads, 1000U);
  EXPECT_EQ(sda.writes, 2000U);
  EXPECT_EQ(sda.read, Bytes{200000 * 512});
  EXPECT_EQ(sda.written, Bytes{400000 * 512});
  EXPECT_EQ(sda.reading, 500ms);
  EXPECT_EQ(sda.writing, 8000ms);
  EXPECT_EQ(sda.busy, 6000ms);
  EXPECT_EQ(sda.queued, 8500ms);
}

TEST(DiskstatsParser, TellsDisksFromWhatIsMadeOfThem) {
  const auto disks = parse_diskstats(fixture("diskstats"));
  std::string words;
  for (const DiskStats& disk : *disks) {
    const char* kind = disk.partition   ? "partition"
                       : disk.stacked   ? "stacked"
                       : disk.in_memory ? "memory"
                                        : "disk";
    words += disk.name + " " + kind + "\n";
  }
  EXPECT_EQ(words,
            "loop0 stacked\nsda disk\nsda1 partition\nnvme0n1 disk\nnvme0n1p1 partition\n"
            "dm-0 stacked\nzram0 memory\n");
}

TEST(DiskstatsParser, TakesADiskWithANumberForADiskWhereNoOtherHasItsName) {
  EXPECT_FALSE(parse_diskstats("179 0 mmcblk0 1 2 3 4 5 6 7 8 0 9 10\n")->at(0).partition);
  EXPECT_FALSE(parse_diskstats("43 0 nbd0 1 2 3 4 5 6 7 8 0 9 10\n")->at(0).partition);
}

TEST(DiskstatsParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_diskstats("8 0 sda 1 2 3 4 5 6 7 8 0 9 10\n8 1 sda1 1 2 3\n").error().message(),
            "cannot parse diskstats: line 2: not a name and eleven numbers");
}

TEST(StatmParser, GivesTheResidentPages) {
  EXPECT_EQ(parse_statm_resident("7730 2215 1489 6 0 1209 0\n")->value % 2215, 0U);
  EXPECT_FALSE(parse_statm_resident("7730\n"));
  EXPECT_FALSE(parse_statm_resident(""));
}

}  // namespace
}  // namespace debug_process::proc
