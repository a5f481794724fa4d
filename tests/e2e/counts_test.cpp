// The counts are the true ones: workloads that make a known number of calls.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "e2e/harness.h"
#include "e2e/load.h"

namespace debug_process::e2e {
namespace {

const std::uint64_t kCalls = load_of(1'000'000);
const int kTimes = slow_machine() ? 2 : 10;
constexpr const char* kSharedSlot = "latency_thread_slot";

class Counts : public NeedsBpf {};

// Counts never lose anything. Where thousands of threads come and go, two of them may meet in one
// slot of the table of calls that are under way, and a latency, never a count, is lost and said to
// be.
void expect_exact(const Json& report, const std::string& allowed_loss = "") {
  for (const auto& [what, count] : report.at("collection").at("losses").items()) {
    if (what != allowed_loss) {
      EXPECT_EQ(count, 0) << what;
    }
  }
  EXPECT_EQ(report.at("collection").at("counts"), "exact");
  EXPECT_DOUBLE_EQ(report.at("collection").at("coverage_ratio").get<double>(), 1.0);
}

TEST_F(Counts, AreExactForOneThreadEachTime) {
  for (int time = 0; time < kTimes; ++time) {
    SCOPED_TRACE(time);
    Workload workload("getppid_loop", {std::to_string(kCalls), "--wait-for-start"});
    const Json report = watch_work(workload);
    const Json getppid = row(report, "syscalls", "syscalls", {{"syscall", "getppid"}});
    EXPECT_EQ(getppid.at("calls"), kCalls);
    EXPECT_EQ(getppid.at("errors"), 0);
    EXPECT_EQ(getppid.at("histogram").at("count"), kCalls);
    expect_exact(report);
  }
}

TEST_F(Counts, AreExactForFourThreadsWhileOthersComeAndGoEachTime) {
  for (int time = 0; time < kTimes; ++time) {
    SCOPED_TRACE(time);
    Workload workload("thread_churn", {std::to_string(kCalls / 4)});
    const Json report = watch_work(workload);
    EXPECT_EQ(calls(report, "getppid"), kCalls);
    expect_exact(report, kSharedSlot);
  }
}

TEST_F(Counts, AreExactForACommandFromItsFirstInstructionToItsExit) {
  for (int time = 0; time < kTimes; ++time) {
    SCOPED_TRACE(time);
    const Json report = report_on_command({workload_path("getppid_loop"), std::to_string(kCalls)});
    EXPECT_EQ(calls(report, "getppid"), kCalls);
    EXPECT_EQ(calls(report, "exit_group"), 1U);
    EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
    expect_exact(report);
  }
}

TEST_F(Counts, OfThreadsAddUpToTheTotal) {
  Workload workload("thread_churn", {"10000"});
  const Json report = watch_work(workload);
  std::uint64_t of_rows = 0;
  for (const auto& one : rows(report, "syscalls", "syscalls")) {
    of_rows += one.at("calls").get<std::uint64_t>();
  }
  EXPECT_EQ(metric(report, "syscalls", "calls"), of_rows);
}

TEST_F(Counts, OfShortLivedThreadsAreNotLost) {
  constexpr int kThreads = 2000;
  Workload workload("thread_spawn", {std::to_string(kThreads)});
  const Json report = watch_work(workload);
  EXPECT_EQ(calls(report, "getppid"), kThreads);
  EXPECT_EQ(calls(report, "exit"), kThreads);
  // The first return of a new thread is not a second call.
  EXPECT_EQ(calls(report, "clone3") + calls(report, "clone"), kThreads);
  expect_exact(report, kSharedSlot);
}

TEST_F(Counts, LeaveChildrenOut) {
  constexpr int kChildren = 100;
  Workload workload("fork_loop", {std::to_string(kChildren)});
  const Json report = watch_work(workload);
  EXPECT_EQ(calls(report, "getppid"), 0U);
  EXPECT_EQ(calls(report, "clone") + calls(report, "fork"), kChildren);
  EXPECT_EQ(calls(report, "wait4"), kChildren);
  EXPECT_EQ(calls(report, "exit_group"), 0U);
}

TEST_F(Counts, LeaveOtherProcessesOut) {
  Workload bystander("getppid_loop", {"100000", "--wait-for-start"});
  Workload target("sleeper", {"1"});
  Watch watch(target.pid());
  bystander.go();
  const Json report = watch.end();
  EXPECT_EQ(calls(report, "getppid"), 0U);
}

TEST_F(Counts, AreTheSameInAPidNamespace) {
  const auto unshare = find_program("unshare");
  if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
  const TemporaryDirectory directory;
  const auto file = directory.path() / "report.json";
  const Result result =
      run({*unshare, "--pid", "--fork", "--mount-proc", tool_path(), "--json", "--max-overhead",
           "none", "-o", file.string(), "--", workload_path("getppid_loop"), "1000"});
  ASSERT_EQ(result.code, 0) << result.describe();
  const Json report = Json::parse(read_text(file));
  EXPECT_EQ(calls(report, "getppid"), 1000U);
  EXPECT_EQ(report.at("run").at("backend"), "bpf");
}

TEST_F(Counts, OfAContainersProcessAreSeenFromOutside) {
  const auto unshare = find_program("unshare");
  if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
  Process outer({*unshare, "--pid", "--fork", "--kill-child", workload_path("getppid_loop"), "1000",
                 "--wait-for-start"});
  outer.wait_for_output("ready");
  const std::string children = read_text("/proc/" + std::to_string(outer.pid()) + "/task/" +
                                         std::to_string(outer.pid()) + "/children");
  Watch watch(std::stoi(children));
  outer.send_line();
  outer.wait_for_output("done");
  const Json report = watch.end();
  EXPECT_EQ(calls(report, "getppid"), 1000U);
  EXPECT_EQ(report.at("target").at("ns_pid"), 1);
  EXPECT_EQ(report.at("target").at("pid"), std::stoi(children));
}

}  // namespace
}  // namespace debug_process::e2e
