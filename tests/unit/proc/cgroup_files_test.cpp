// SPDX-License-Identifier: Apache-2.0
#include "proc/cgroup_files.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(CgroupCountersParser, ReadsACapturedSample) {
  const auto events = parse_cgroup_counters(fixture("../cgroup/v2/kubepods.slice/memory.events"));
  ASSERT_TRUE(events) << events.error().message();
  EXPECT_EQ(counter(*events, "max"), 41U);
  EXPECT_EQ(counter(*events, "oom_kill"), 2U);
  EXPECT_FALSE(counter(*events, "oom_group_kill"));
}

TEST(CgroupCountersParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_cgroup_counters("low 0\nhigh many\n").error().message(),
            "cannot parse cgroup counters: line 2: not a name and a number");
}

TEST(CgroupLimitParser, KnowsBothWaysToSayNone) {
  EXPECT_EQ(*parse_cgroup_limit("max\n"), std::nullopt);
  EXPECT_EQ(*parse_cgroup_limit("9223372036854771712\n"), std::nullopt);  // pages of 4 KiB
  EXPECT_EQ(*parse_cgroup_limit("9223372036854710272\n"), std::nullopt);  // pages of 64 KiB
  EXPECT_EQ(*parse_cgroup_limit("268435456\n"), Bytes{268435456});
  EXPECT_EQ(*parse_cgroup_limit("0\n"), Bytes{0});
  EXPECT_FALSE(parse_cgroup_limit("-1\n"));
  EXPECT_FALSE(parse_cgroup_limit(""));
}

TEST(CpuMaxParser, GivesCpus) {
  EXPECT_DOUBLE_EQ(**parse_cpu_max("50000 100000\n"), 0.5);
  EXPECT_EQ(*parse_cpu_max("max 100000\n"), std::nullopt);
  EXPECT_FALSE(parse_cpu_max("50000\n"));
  EXPECT_FALSE(parse_cpu_max("50000 0\n"));
  EXPECT_FALSE(parse_cpu_max("all 100000\n"));
}

TEST(IoStatParser, AddsUpAllDevices) {
  const auto io = parse_io_stat(fixture("../cgroup/v2/kubepods.slice/pod1.slice/io.stat"));
  ASSERT_TRUE(io) << io.error().message();
  EXPECT_EQ(io->read, Bytes{61000000});
  EXPECT_EQ(io->written, Bytes{6000000});
  EXPECT_TRUE(parse_io_stat("254:0\n"));  // what the kernel writes of a device without any
  EXPECT_FALSE(parse_io_stat("254:0 rbytes=x\n"));
}

TEST(BlkioParser, LeavesTheTotalsOut) {
  const auto io = parse_blkio(
      fixture("../cgroup/v1/blkio/docker/web/blkio.throttle.io_service_bytes_recursive"));
  ASSERT_TRUE(io) << io.error().message();
  EXPECT_EQ(io->read, Bytes{8192});
  EXPECT_EQ(io->written, Bytes{4096});
  EXPECT_FALSE(parse_blkio("254:0 Read many\n"));
}

}  // namespace
}  // namespace debug_process::proc
