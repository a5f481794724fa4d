// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "sections/disk/gather.h"
#include "sections/disk/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::disk {
namespace {

using namespace std::chrono_literals;
using report::Status;
using report::Value;
using testing::HasSubstr;

// Two seconds, in which the process does so much, and sda that much.
struct Window {
  Snapshot start;
  Snapshot end;
};

Window window(std::uint64_t own_written, std::uint64_t sda_written) {
  Window window{snapshot(fixture_source(kInV2, "v2")), snapshot(fixture_source(kInV2, "v2"))};
  window.end.at = window.start.at + 2s;
  window.end.io->storage_written += Bytes{own_written};
  proc::DiskStats& sda = window.end.disks->at(1);
  sda.written += Bytes{sda_written};
  sda.writes += 100;
  sda.writing += 3000ms;
  sda.busy += 1900ms;
  sda.queued += 3000ms;
  return window;
}

Facts facts_of(const Window& window) {
  return gather(window.start, window.end);
}

TEST(DiskSection, TakesDifferencesOverTheWindow) {
  Window both = window(4096, 8192);
  both.end.io->read_calls += 7;
  both.end.io->read_calls_bytes += Bytes{700};
  both.end.group->read += Bytes{512};
  const Facts facts = facts_of(both);
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.storage->written, Bytes{4096});
  EXPECT_EQ(facts.storage->read, Bytes{});
  EXPECT_EQ(facts.read_calls, 7U);
  EXPECT_EQ(facts.calls->read, Bytes{700});
  EXPECT_EQ(facts.host->written, Bytes{8192});
  EXPECT_EQ(facts.write_share, Ratio{0.5});
  EXPECT_FALSE(facts.read_share) << "nothing was read: no share of it";
  EXPECT_EQ(facts.group_name, "/kubepods.slice/pod1.slice");
  EXPECT_EQ(facts.group->read, Bytes{512});
}

TEST(DiskSection, TellsHowBusyADiskIs) {
  const Facts facts = facts_of(window(0, 8192));
  ASSERT_EQ(facts.disks.size(), 1U) << "idle ones are left out, and partitions";
  const Disk& sda = facts.disks[0];
  EXPECT_EQ(sda.name, "sda");
  EXPECT_DOUBLE_EQ(sda.busy->value, 0.95);
  EXPECT_DOUBLE_EQ(sda.writes->value, 50);
  EXPECT_EQ(sda.wait, 30ms);
  EXPECT_DOUBLE_EQ(*sda.queue, 1.5);
}

TEST(DiskSection, DoesNotCountADiskTwice) {
  Window both = window(0, 8192);
  both.end.disks->at(2).written += Bytes{8192};  // sda1
  both.end.disks->at(5).written += Bytes{8192};  // dm-0
  both.end.disks->at(6).written += Bytes{8192};  // zram0
  const Facts facts = facts_of(both);
  EXPECT_EQ(facts.host->written, Bytes{8192});
  ASSERT_EQ(facts.disks.size(), 3U);
  EXPECT_EQ(facts.disks[1].kind, "stacked");
  EXPECT_EQ(facts.disks[2].kind, "memory");
}

TEST(DiskSection, SaysWhetherItIsMeOrTheBox) {
  EXPECT_THAT(verdict(facts_of(window(900, 1000))), HasSubstr("this process: it makes 90.0%"));
  EXPECT_THAT(verdict(facts_of(window(500, 1000))), HasSubstr("this process: "));
  EXPECT_THAT(verdict(facts_of(window(499, 1000))), HasSubstr("both: "));
  EXPECT_THAT(verdict(facts_of(window(200, 1000))), HasSubstr("both: "));
  EXPECT_THAT(verdict(facts_of(window(199, 1000))), HasSubstr("the box: "));
  EXPECT_THAT(verdict(facts_of(window(199, 1000))), HasSubstr("sda busy 95.0% of the time"));
  EXPECT_THAT(verdict(facts_of(window(2000, 1000))),
              HasSubstr("read and wrote more than the disks have seen"));
}

TEST(DiskSection, BlamesNobodyWhereNothingHappened) {
  Window both{snapshot(fixture_source(kInV2, "v2")), snapshot(fixture_source(kInV2, "v2"))};
  both.end.at = both.start.at + 1s;
  const Facts facts = facts_of(both);
  EXPECT_EQ(verdict(facts), "neither: no disk did anything");
  EXPECT_TRUE(facts.disks.empty());
}

TEST(DiskSection, ReadsPressureOfTheWindow) {
  Window both = window(0, 0);
  both.end.host_pressure->full->total += 500ms;
  both.end.group_pressure->some->total += 1s;
  const Facts facts = facts_of(both);
  EXPECT_DOUBLE_EQ(facts.host_pressure.full->value, 0.25);
  EXPECT_DOUBLE_EQ(facts.group_pressure.some->value, 0.5);
}

TEST(DiskSection, CountsV1Groups) {
  const Snapshot now = snapshot(fixture_source(kInV1, "v1"));
  ASSERT_TRUE(now.group);
  EXPECT_EQ(now.group->read, Bytes{8192});
  EXPECT_EQ(now.group_name, "/docker/web");
}

TEST(DiskSection, DoesNotTakeTheMachineForAGroup) {
  EXPECT_FALSE(snapshot(fixture_source(kHybrid)).group);
}

TEST(DiskSection, SaysWhyTheProcessIsUnknownAndStillTellsOfTheBox) {
  Window both = window(0, 8192);
  both.end.io.reset();
  both.end.io_error = Error{"open", "/proc/5100/io", EACCES, {}, {}};
  const auto section = present(facts_of(both));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_THAT(section.reason, HasSubstr("what this process reads and writes: permission denied"));
  EXPECT_TRUE(is_unknown(metric(section, "read_bytes")));
  EXPECT_EQ(metric(section, "host_written_bytes"), Value(Bytes{8192}));
  EXPECT_THAT(std::get<std::string>(metric(section, "verdict")), HasSubstr("cannot tell"));
}

TEST(DiskSection, IsUnavailableWithoutAWindow) {
  const Snapshot now = snapshot(fixture_source(kInV2, "v2"));
  EXPECT_EQ(gather(now, now).completeness.status, Status::unavailable);
}

TEST(DiskSection, PresentsItsKeys) {
  const auto section = present(facts_of(window(1, 2)));
  EXPECT_TRUE(is_well_formed(section));
  for (const char* key : {"read_bytes", "written_bytes", "cancelled_bytes", "read_calls",
                          "write_calls", "host_read_bytes", "host_written_bytes",
                          "write_share_ratio", "group_read_bytes", "psi_some_ratio"}) {
    EXPECT_FALSE(is_unknown(metric(section, key))) << key;
    EXPECT_NE(metric(section, key), Value("no such metric")) << key;
  }
  EXPECT_EQ(table(section, "disks").rows.size(), 1U);
}

}  // namespace
}  // namespace debug_process::sections::disk
