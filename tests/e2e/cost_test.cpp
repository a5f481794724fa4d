// Each report says what it cost the target, as measured in that run.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using Cost = NeedsBpf;

TEST_F(Cost, IsMeasuredAndShownAsAShareOfTheTargetsTime) {
  const Json report = report_on_command({workload_path("getppid_loop"), "1000000"});
  const Json cost = report.at("collection").at("cost");
  ASSERT_TRUE(cost.at("target_ns_per_call").is_number()) << cost;
  ASSERT_TRUE(cost.at("bystander_ns_per_call").is_number()) << cost;
  // Clocks are read twice a call: that takes some time on any machine.
  EXPECT_GT(cost.at("target_ns_per_call"), 0);
  const double expected = metric(report, "syscalls", "calls_per_s").get<double>() *
                          cost.at("target_ns_per_call").get<double>() / 1e9;
  EXPECT_NEAR(cost.at("target_ratio").get<double>(), expected, expected * 0.01);
}

TEST_F(Cost, OfACallWithAPathIsMeasuredAndChargedForEachOfThem) {
  const Workload asking("stat_loop");
  const Json report = report_on(asking.pid(), {"-d", "500ms", "--max-overhead", "none"});
  const Json cost = report.at("collection").at("cost");
  ASSERT_TRUE(cost.at("target_ns_per_path_call").is_number()) << cost;
  EXPECT_GT(cost.at("target_ns_per_path_call"), cost.at("target_ns_per_call"));
  const double expected = metric(report, "syscalls", "calls_per_s").get<double>() *
                          cost.at("target_ns_per_path_call").get<double>() / 1e9;
  EXPECT_NEAR(cost.at("target_ratio").get<double>(), expected, expected * 0.05);
}

TEST_F(Cost, LeavesNothingOfTheMeasurementInTheCounts) {
  const Workload blocked("blocked");
  const Json report = report_on(blocked.pid(), {"-d", "300ms"});
  EXPECT_TRUE(report.at("collection").at("cost").at("target_ns_per_call").is_number());
  for (const char* measured_with : {"getppid", "read", "faccessat"})
    EXPECT_EQ(calls(report, measured_with), 0U) << measured_with;
  EXPECT_EQ(metric(report, "errors", "errors"), 0);
  EXPECT_EQ(losses(report), "");
  for (const Json& thread : rows(report, "threads", "threads"))
    EXPECT_EQ(thread.at("calls"), 0) << thread;
}

TEST_F(Cost, IsUnknownWhenNothingWasTraced) {
  const Workload blocked("blocked");
  const Json report = report_on(blocked.pid(), {"-d", "300ms", "--backend", "sampling"});
  EXPECT_TRUE(report.at("collection").at("cost").at("target_ns_per_call").is_null());
  EXPECT_TRUE(report.at("collection").at("cost").at("target_ratio").is_null());
  EXPECT_TRUE(report.at("collection").at("coverage_ratio").is_null());
}

}  // namespace
}  // namespace debug_process::e2e
