// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

TEST(Swapping, FiresFromTenMajorFaultsASecond) {
  Facts facts = healthy();
  facts.memory.swap = Bytes{1U << 20U};
  facts.memory.page_faults_major = 99;
  EXPECT_FALSE(swapping(facts));
  facts.memory.page_faults_major = 100;
  EXPECT_TRUE(swapping(facts));
}

TEST(Swapping, IsSilentAboutColdSwapAndMappedFiles) {
  Facts cold = healthy();
  cold.memory.swap = Bytes{1ULL << 33U};
  EXPECT_FALSE(swapping(cold));

  Facts mapped = healthy();
  mapped.memory.page_faults_major = 500;
  EXPECT_FALSE(swapping(mapped));
}

TEST(FaultStorm, FiresFromFiftyThousandMinorFaultsASecond) {
  Facts facts = healthy();
  facts.memory.page_faults_minor = 499'999;
  EXPECT_FALSE(fault_storm(facts));
  facts.memory.page_faults_minor = 500'000;
  ASSERT_TRUE(fault_storm(facts));
  EXPECT_EQ(fault_storm(facts)->title, "minor page faults at 50k/s");
}

TEST(FaultStorm, FiresFromAHundredMajorFaultsASecond) {
  Facts facts = healthy();
  facts.memory.page_faults_major = 999;
  EXPECT_FALSE(fault_storm(facts));
  facts.memory.page_faults_major = 1000;
  ASSERT_TRUE(fault_storm(facts));
  EXPECT_THAT(fault_storm(facts)->title, HasSubstr("major"));
}

TEST(FaultStorm, IsSilentWhileMemoryIsTouchedForTheFirstTime) {
  Facts facts = healthy();
  facts.memory.page_faults_minor = 5'000'000;
  facts.process.uptime = 9s;
  EXPECT_FALSE(fault_storm(facts));
  facts.process.uptime = 10s;
  EXPECT_TRUE(fault_storm(facts));
}

TEST(MappingChurn, FiresFromTwoThousandCallsASecond) {
  Facts facts = healthy();
  add_calls(facts, "mmap", 10'000);
  add_calls(facts, "munmap", 9'999);
  EXPECT_FALSE(mapping_churn(facts));
  facts.syscalls.rows[1].calls = 10'000;
  EXPECT_TRUE(mapping_churn(facts));
}

TEST(MappingChurn, FiresFromATenthOfTheTimeInSystemCalls) {
  Facts facts = healthy();
  add_calls(facts, "madvise", 100, 200ms);
  add_calls(facts, "read", 1000, 1800ms);
  EXPECT_TRUE(mapping_churn(facts));
  facts.syscalls.in_syscalls = 2001ms;
  EXPECT_FALSE(mapping_churn(facts));
}

TEST(MappingChurn, IsSilentWhereItCostsNothing) {
  Facts facts = healthy();
  add_calls(facts, "brk", 200,
            99ms);  // all of the system calls' time, and less than 1% of the window
  EXPECT_FALSE(mapping_churn(facts));
}

TEST(MappingChurn, TakesStacksOfThreadsForNoneOfIt) {
  Facts facts = healthy();
  add_calls(facts, "munmap", 40'000, 1s);
  facts.threads.exited_thread_count = 4'999;
  EXPECT_TRUE(mapping_churn(facts));  // 20,004 are of something else
  facts.threads.exited_thread_count = 10'000;
  EXPECT_FALSE(mapping_churn(facts));
}

TEST(MappingChurn, IsSilentAtStartUp) {
  Facts facts = healthy();
  facts.process.uptime = 1s;
  add_calls(facts, "mmap", 100'000);
  EXPECT_FALSE(mapping_churn(facts));
}

}  // namespace
}  // namespace debug_process::diagnosis
