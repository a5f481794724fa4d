// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

TEST(CpuStarvation, FiresFromAFifthOfTheRunnableTime) {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0.4);
  thread.run_delay = 999ms;  // of 4.999 s
  EXPECT_FALSE(cpu_starvation(facts));
  thread.run_delay = 1s;
  ASSERT_TRUE(cpu_starvation(facts));
  EXPECT_EQ(cpu_starvation(facts)->title,
            "a thread waits for a CPU: worker (77) 10.0% of the time");
}

TEST(CpuStarvation, IsSilentBelowFiftyMillisecondsASecond) {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0.01);
  thread.run_delay = 499ms;
  EXPECT_FALSE(cpu_starvation(facts));
  thread.run_delay = 500ms;
  EXPECT_TRUE(cpu_starvation(facts));
}

TEST(CpuStarvation, IsSilentAboutNiceProcessesAndTheUnknown) {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0.1);
  thread.run_delay = 9s;
  facts.process.nice = 10;
  EXPECT_FALSE(cpu_starvation(facts));
  facts.process.nice = 0;
  thread.run_delay = std::nullopt;
  EXPECT_FALSE(cpu_starvation(facts));
}

TEST(CpuStarvation, IsNoWarningWhereEachWaitIsBrief) {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0.4);
  thread.run_delay = 1s;
  thread.timeslices = 4000;  // 250 us each
  EXPECT_EQ(cpu_starvation(facts)->severity, Severity::warning);
  thread.timeslices = 4001;
  EXPECT_EQ(cpu_starvation(facts)->severity, Severity::info);
  EXPECT_THAT(cpu_starvation(facts)->title, HasSubstr("10.0% of the time, briefly each time"));
}

TEST(SchedYieldSpin, FiresFromAThousandYieldsASecondOnHalfACpu) {
  Facts facts = healthy();
  add_calls(facts, "sched_yield", 10'000);
  auto& thread = add_thread(facts, 0.5);
  thread.calls = 10'000;
  EXPECT_TRUE(sched_yield_spin(facts));
  thread.calls = 9'999;
  EXPECT_FALSE(sched_yield_spin(facts));
  thread.calls = 10'000;
  thread.cpu = Ratio{0.49};
  EXPECT_FALSE(sched_yield_spin(facts));
}

TEST(SchedYieldSpin, IsSilentWhereTheBusyThreadMayHaveMadeOtherCalls) {
  Facts facts = healthy();
  add_calls(facts, "sched_yield", 10'000);
  add_calls(facts, "read", 50'000);
  add_thread(facts, 0.9).calls = 50'000;
  EXPECT_FALSE(sched_yield_spin(facts));
}

TEST(EagainStorm, FiresFromFiveForEachSuccess) {
  Facts facts = healthy();
  add_calls(facts, "recvfrom", 60'000);
  add_errors(facts, "recvfrom", EAGAIN, 50'000);
  ASSERT_TRUE(eagain_storm(facts));
  EXPECT_EQ(eagain_storm(facts)->title,
            "recvfrom fails with EAGAIN at 5k/s, 5 times for each success");
  facts.syscalls.rows[0].calls = 60'001;
  EXPECT_FALSE(eagain_storm(facts));
}

TEST(EagainStorm, FiresFromAThousandASecond) {
  Facts facts = healthy();
  add_calls(facts, "read", 9'999);
  add_errors(facts, "read", EAGAIN, 9'999);
  EXPECT_FALSE(eagain_storm(facts));
  facts.errors.rows[0].calls = 10'000;
  EXPECT_TRUE(eagain_storm(facts));
}

TEST(EagainStorm, IsSilentAboutEdgeTriggeredDrainsAndFutexes) {
  Facts drain = healthy();
  add_calls(drain, "read", 200'000);
  add_errors(drain, "read", EAGAIN, 100'000);
  EXPECT_FALSE(eagain_storm(drain));

  Facts futex = healthy();
  add_calls(futex, "futex", 100'000);
  add_errors(futex, "futex", EAGAIN, 100'000);
  EXPECT_FALSE(eagain_storm(futex));
}

TEST(TimeBySyscall, FiresFromAHundredASecond) {
  Facts facts = healthy();
  add_calls(facts, "clock_gettime", 999);
  EXPECT_FALSE(time_by_syscall(facts));
  facts.syscalls.rows[0].calls = 1000;
  ASSERT_TRUE(time_by_syscall(facts));
  EXPECT_EQ(time_by_syscall(facts)->severity, Severity::info);
}

TEST(TimeBySyscall, WarnsOnlyWhenItCosts) {
  Facts facts = healthy();
  auto& row = add_calls(facts, "gettimeofday", 100'000);
  row.latency.sum = 99ms;
  EXPECT_EQ(time_by_syscall(facts)->severity, Severity::info);
  row.latency.sum = 100ms;
  EXPECT_EQ(time_by_syscall(facts)->severity, Severity::warning);
}

TEST(TimeBySyscall, IsSilentAbout32BitCallers) {
  Facts facts = healthy();
  add_calls(facts, "clock_gettime", 100'000).abi = "i386";
  EXPECT_FALSE(time_by_syscall(facts));
}

TEST(ComputeBound, FiresFrom90PercentWithoutCalls) {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0.90);
  thread.calls = 9;
  ASSERT_TRUE(compute_bound(facts));
  EXPECT_THAT(compute_bound(facts)->next_step, HasSubstr("perf record"));
  thread.calls = 10;
  EXPECT_FALSE(compute_bound(facts));
  thread.calls = 9;
  thread.cpu = Ratio{0.89};
  EXPECT_FALSE(compute_bound(facts));
}

TEST(ComputeBound, IsSilentWhereCallsAreUnknown) {
  Facts facts = healthy();
  add_thread(facts, 1.0).calls = std::nullopt;
  EXPECT_FALSE(compute_bound(facts));
}

}  // namespace
}  // namespace debug_process::diagnosis
