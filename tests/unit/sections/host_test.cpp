// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sections/host/gather.h"
#include "sections/host/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::host {
namespace {

using report::Status;
using report::Value;

TEST(HostSection, ReadsAFixture) {
  const Facts facts = gather(fixture_source(kHostile));
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.load1, 0.20);
  EXPECT_EQ(facts.cpus, 2U);
  EXPECT_EQ(facts.memory_available, kibibytes(24225472));
  ASSERT_TRUE(facts.psi_cpu.some && facts.psi_memory.full && facts.psi_io.full);
  EXPECT_DOUBLE_EQ(facts.psi_cpu.some->value, 0.015);
  EXPECT_DOUBLE_EQ(facts.psi_memory.full->value, 0.0025);
  EXPECT_DOUBLE_EQ(facts.psi_io.full->value, 0.0001);
}

TEST(HostSection, IsPartialAndUnknownWhereNothingIsKept) {
  Source source;
  source.procfs = proc::Procfs(DEBUG_PROCESS_TESTS_DIR "/fixtures/proc/4242/net");
  const auto section = present(gather(source));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.status, Status::partial);
  EXPECT_NE(section.reason.find("CONFIG_PSI"), std::string::npos);
  for (const auto& metric : section.metrics) EXPECT_TRUE(is_unknown(metric.value)) << metric.key;
}

TEST(HostSection, TheClockIsAheadOfBootAndStaysSo) {
  const auto before = clock_offset();
  const auto after = clock_offset();
  ASSERT_TRUE(before && after);
  EXPECT_GT(*before, std::chrono::hours(24 * 365)) << "since 1970";
  EXPECT_LT(std::chrono::abs(*after - *before), std::chrono::milliseconds(50));
}

TEST(HostSection, PresentsTheContractsKeys) {
  const auto section = present(gather(fixture_source(kHostile)));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.id, "host");
  for (const char* key : {"load1", "cpus", "memory_available_bytes", "psi_cpu_some_ratio",
                          "psi_memory_full_ratio", "psi_io_full_ratio"}) {
    EXPECT_FALSE(is_unknown(metric(section, key))) << key;
    EXPECT_NE(metric(section, key), Value("no such metric")) << key;
  }
}

}  // namespace
}  // namespace debug_process::sections::host
