// The files of /proc that belong to the machine.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "proc/loadavg.h"
#include "proc/meminfo.h"
#include "proc/pressure.h"
#include "proc/system_stat.h"
#include "proc/uptime.h"
#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(LoadavgParser, ReadsACapturedSample) {
  const auto load = parse_loadavg(fixture("loadavg"));
  ASSERT_TRUE(load) << load.error().message();
  EXPECT_DOUBLE_EQ(load->one, 0.20);
  EXPECT_DOUBLE_EQ(load->fifteen, 0.12);
  EXPECT_FALSE(parse_loadavg("0.20 many 0.12"));
  EXPECT_FALSE(parse_loadavg(""));
}

TEST(MeminfoParser, ReadsACapturedSample) {
  const auto memory = parse_meminfo(fixture("meminfo"));
  ASSERT_TRUE(memory) << memory.error().message();
  EXPECT_EQ(memory->total, kibibytes(24682416));
  EXPECT_EQ(memory->available, kibibytes(24225472));
  EXPECT_EQ(memory->swap_free, kibibytes(1048000));
}

TEST(MeminfoParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_meminfo("MemTotal: 1 kB\nMemAvailable: 1 MB\n").error().message(),
            "cannot parse meminfo: line 2: MemAvailable is no number of kB");
  EXPECT_FALSE(parse_meminfo("MemTotal 1 kB\n"));
}

TEST(PressureParser, ReadsACapturedSample) {
  const auto pressure = parse_pressure(fixture("pressure/io"));
  ASSERT_TRUE(pressure) << pressure.error().message();
  EXPECT_DOUBLE_EQ(pressure->some->last_60s.value, 0.0023);
  EXPECT_EQ(pressure->full->total, std::chrono::microseconds(2250124));
}

TEST(PressureParser, LeavesFullUnknownWhereTheKernelHasNone) {
  EXPECT_FALSE(parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")->full);
}

TEST(PressureParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_pressure("some avg10=x\n").error().message(),
            "cannot parse pressure: line 1: not avg10, avg60, avg300 and total");
  EXPECT_FALSE(parse_pressure(""));
}

TEST(SystemStatParser, CountsCpusAndFindsTheBootTime) {
  const auto stat = parse_system_stat(fixture("stat"));
  ASSERT_TRUE(stat) << stat.error().message();
  EXPECT_EQ(stat->cpus, 2U);
  EXPECT_EQ(std::chrono::system_clock::to_time_t(stat->boot_time), 1795219536);
  EXPECT_FALSE(parse_system_stat("cpu 1 2 3\n"));
  EXPECT_FALSE(parse_system_stat("btime soon\n"));
}

TEST(UptimeParser, ReadsACapturedSample) {
  EXPECT_EQ(parse_uptime(fixture("uptime")), std::chrono::milliseconds(1300500));
  EXPECT_FALSE(parse_uptime(""));
  EXPECT_FALSE(parse_uptime("-1 2"));
  EXPECT_FALSE(parse_uptime("nan 2"));
}

TEST(SystemStatParser, RefusesATimeThatNoClockReaches) {
  EXPECT_FALSE(parse_system_stat("btime 17952195362\n"));
  EXPECT_FALSE(parse_system_stat("btime -1\n"));
  EXPECT_TRUE(parse_system_stat("btime 1795219536\n"));
}

}  // namespace
}  // namespace debug_process::proc
