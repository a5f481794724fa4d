// SPDX-License-Identifier: Apache-2.0
#include "proc/stat.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

using std::chrono::milliseconds;

TEST(StatParser, ReadsACapturedSample) {
  const auto stat = parse_stat(
      "4638 (cat) R 4636 4636 2852 0 -1 4194304 101 0 2 0 12 3 0 0 20 -5 1 0 120635 3133440 394 "
      "18446744073709551615 1 "
      "2 3 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 4 5 6 7 8 9 10 0\n");
  ASSERT_TRUE(stat) << stat.error().message();
  EXPECT_EQ(stat->pid, 4638);
  EXPECT_EQ(stat->comm, "cat");
  EXPECT_EQ(stat->state, 'R');
  EXPECT_EQ(stat->ppid, 4636);
  EXPECT_EQ(stat->minor_faults, 101U);
  EXPECT_EQ(stat->major_faults, 2U);
  EXPECT_EQ(stat->user, milliseconds(120));
  EXPECT_EQ(stat->system, milliseconds(30));
  EXPECT_EQ(stat->nice, -5);
  EXPECT_EQ(stat->threads, 1U);
  EXPECT_EQ(stat->start_time, milliseconds(1206350));
  EXPECT_EQ(stat->virtual_size, Bytes{3133440});
  EXPECT_EQ(stat->processor, 1);
  EXPECT_FALSE(stat->is_kernel_thread());
}

TEST(StatParser, FindsTheEndOfANameThatLooksLikeFields) {
  const auto stat = parse_stat(fixture("4242/stat"));
  ASSERT_TRUE(stat) << stat.error().message();
  EXPECT_EQ(stat->comm, "a) R 1 (b\nc\\");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->threads, 2U);
}

TEST(StatParser, KnowsKernelThreads) {
  const auto stat = parse_stat(fixture("2/stat"));
  ASSERT_TRUE(stat) << stat.error().message();
  EXPECT_TRUE(stat->is_kernel_thread());
}

TEST(StatParser, NamesTheFieldThatIsMalformed) {
  const auto stat = parse_stat("1 (x) S 0 1 1 0 -1 0 1 0 0 0 twelve 3 0 0 20 0 1 0 1 1 1\n");
  ASSERT_FALSE(stat);
  EXPECT_EQ(stat.error().message(), "cannot parse stat: line 1: utime is no number: 'twelve'");
}

TEST(StatParser, RefusesWhatIsCutOff) {
  EXPECT_FALSE(parse_stat(""));
  EXPECT_FALSE(parse_stat("1 (x"));
  EXPECT_FALSE(parse_stat("1 )x("));
  EXPECT_FALSE(parse_stat("1 (x)"));
  EXPECT_FALSE(parse_stat("1 (x) S 0"));
}

}  // namespace
}  // namespace debug_process::proc
