// Latencies and errors of workloads with a known answer.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

class Latency : public NeedsBpf {};
class Errors : public NeedsBpf {};

TEST_F(Latency, OfASleepIsWithinOneBucketOfItsLength) {
  constexpr double kSleepNs = 200e6;
  const double bucket = std::exp2(1.0 / 8);
  Workload workload("sleeper", {"200"});
  const Json report = report_on(workload.pid(), {"-d", "3s"});
  const Json sleep = row(report, "syscalls", "syscalls", {{"syscall", "clock_nanosleep"}});
  EXPECT_GE(sleep.at("calls").get<int>(), 5);
  const double p50 = sleep.at("p50_ns").get<double>();
  EXPECT_GT(p50, kSleepNs / bucket);
  EXPECT_LT(p50, kSleepNs * bucket);
  EXPECT_GE(sleep.at("min_ns").get<double>(), kSleepNs);
  EXPECT_GE(sleep.at("max_ns").get<double>(), p50 / bucket);
}

TEST_F(Latency, HistogramHoldsWhatTheRowSays) {
  Workload workload("getppid_loop", {"20000", "--wait-for-start"});
  const Json report = watch_work(workload);
  for (const auto& one : rows(report, "syscalls", "syscalls")) {
    SCOPED_TRACE(one.dump());
    const Json histogram = one.at("histogram");
    if (histogram.is_null() || histogram.at("count") == 0) continue;
    std::uint64_t counted = histogram.at("zero_count").get<std::uint64_t>();
    for (const auto& bucket : histogram.at("counts")) counted += bucket.get<std::uint64_t>();
    EXPECT_EQ(histogram.at("scale"), 3);
    EXPECT_EQ(histogram.at("count"), counted);
    EXPECT_LE(histogram.at("count"), one.at("calls"));
    EXPECT_LE(one.at("min_ns"), one.at("p50_ns"));
    EXPECT_LE(one.at("p50_ns"), one.at("p90_ns"));
    EXPECT_LE(one.at("p90_ns"), one.at("p99_ns"));
    EXPECT_LE(one.at("p99_ns"), one.at("max_ns"));
  }
}

TEST_F(Errors, AreCountedByErrnoWithThePathThatFailed) {
  constexpr int kOpens = 10'000;
  const std::string path = "/no/such/directory/debug-process-e2e";
  Workload workload("failing_opens", {std::to_string(kOpens), path});
  const Json report = watch_work(workload);
  const Json error = row(report, "errors", "errors", {{"syscall", "openat"}, {"errno", "ENOENT"}});
  EXPECT_EQ(error.at("calls"), kOpens);
  EXPECT_NE(error.at("example").get<std::string>().find(path), std::string::npos);
  const Json openat = row(report, "syscalls", "syscalls", {{"syscall", "openat"}});
  EXPECT_EQ(openat.at("calls"), kOpens);
  EXPECT_EQ(openat.at("errors"), kOpens);
  EXPECT_EQ(metric(report, "errors", "errors"), kOpens);
}

TEST_F(Errors, AddUpToTheErrorsOfTheSyscalls) {
  const Json report =
      report_on_command({"/bin/ls", "-l", "/usr/bin", "/no/such/file"}, 2, {"LC_ALL=C"});
  std::uint64_t by_errno = 0;
  std::uint64_t by_syscall = 0;
  for (const auto& one : rows(report, "errors", "errors")) {
    by_errno += one.at("calls").get<std::uint64_t>();
  }
  for (const auto& one : rows(report, "syscalls", "syscalls")) {
    by_syscall += one.at("errors").get<std::uint64_t>();
  }
  EXPECT_GT(by_errno, 0U);
  EXPECT_EQ(by_errno, by_syscall);
  EXPECT_EQ(metric(report, "errors", "errors"), by_errno);
}

}  // namespace
}  // namespace debug_process::e2e
