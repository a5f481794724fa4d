// -e and -Z: what is not asked for is not counted, and costs the target less.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Exact counts, however fast the workload is.
const std::vector<std::string> kNoCap = {"--max-overhead", "none"};

Json watch_only(Workload& workload, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), kNoCap.begin(), kNoCap.end());
  return watch_work(workload, arguments);
}

using Filter = NeedsBpf;

TEST_F(Filter, CountsTheCallThatIsAskedForExactly) {
  constexpr std::uint64_t kCalls = 100'000;
  Workload workload("getppid_loop", {std::to_string(kCalls), "--wait-for-start"});
  const Json report = watch_only(workload, {"-e", "getppid"});
  EXPECT_EQ(calls(report, "getppid"), kCalls);
  EXPECT_EQ(all_calls(report), kCalls);
  EXPECT_EQ(rows(report, "syscalls", "syscalls").size(), 1U);
  EXPECT_EQ(row(report, "threads", "threads", {{"tid", workload.pid()}}).at("calls"), kCalls);
  EXPECT_EQ(losses(report), "");
}

TEST_F(Filter, NegatedCountsAllOthers) {
  Workload workload("counter");
  const Json report = report_on(workload.pid(), {"-d", "500ms", "-e", "!getppid"});
  EXPECT_EQ(calls(report, "getppid"), 0U);
  EXPECT_GT(calls(report, "clock_nanosleep"), 0U);
  EXPECT_EQ(calls(report, "clock_nanosleep"), all_calls(report));
  EXPECT_EQ(losses(report), "");
}

TEST_F(Filter, TakesAClass) {
  constexpr std::uint64_t kOpens = 1000;
  Workload workload("failing_opens", {std::to_string(kOpens)});
  const Json report = watch_only(workload, {"-e", "file"});
  EXPECT_EQ(all_calls(report), kOpens);
  const Json openat = row(report, "syscalls", "syscalls", {{"syscall", "openat"}});
  EXPECT_EQ(openat.at("calls"), kOpens);
  EXPECT_EQ(openat.at("errors"), kOpens);
  EXPECT_EQ(openat.at("histogram").at("count"), kOpens);
}

TEST_F(Filter, LeavesTheCallsOfOtherClassesOut) {
  Workload workload("failing_opens", {"1000"});
  const Json report = watch_only(workload, {"-e", "%network"});
  EXPECT_EQ(all_calls(report), 0U);
  EXPECT_THAT(rows(report, "errors", "errors"), IsEmpty());
  EXPECT_EQ(losses(report), "");
}

TEST_F(Filter, CountsFailuresAlone) {
  constexpr std::uint64_t kOpens = 1000;
  Workload workload("failing_opens", {std::to_string(kOpens)});
  const Json report = watch_only(workload, {"-Z"});
  EXPECT_EQ(all_calls(report), kOpens);
  EXPECT_EQ(metric(report, "syscalls", "errors"), kOpens);
  EXPECT_EQ(rows(report, "syscalls", "syscalls").size(), 1U);
  const Json error = row(report, "errors", "errors", {{"syscall", "openat"}});
  EXPECT_EQ(error.at("calls"), kOpens);
  EXPECT_EQ(error.at("example"), "/no/such/file");
}

TEST_F(Filter, RestartsAreNoFailures) {
  constexpr int kRestarts = 10;
  constexpr int kInterruptions = 15;
  Workload workload("signal_restart", {std::to_string(kRestarts), std::to_string(kInterruptions)});
  const Json report = watch_only(workload, {"-Z"});
  const Json epoll = row(report, "syscalls", "syscalls", {{"syscall", "epoll_pwait"}});
  EXPECT_EQ(epoll.at("calls"), kInterruptions);
  EXPECT_EQ(epoll.at("errors"), kInterruptions);
  EXPECT_EQ(calls(report, "read"), 0U);
}

TEST_F(Filter, SeesRestartsThoughSignalReturnsAreNotAskedFor) {
  constexpr int kRestarts = 10;
  constexpr int kInterruptions = 15;
  Workload workload("signal_restart", {std::to_string(kRestarts), std::to_string(kInterruptions)});
  const Json report = watch_only(workload, {"-e", "read,epoll_pwait"});
  const Json read = row(report, "syscalls", "syscalls", {{"syscall", "read"}});
  EXPECT_EQ(read.at("restarts"), kRestarts);
  EXPECT_EQ(read.at("errors"), 0);
  const Json epoll = row(report, "syscalls", "syscalls", {{"syscall", "epoll_pwait"}});
  EXPECT_EQ(epoll.at("errors"), kInterruptions);
  EXPECT_EQ(rows(report, "syscalls", "syscalls").size(), 2U);
  EXPECT_EQ(losses(report), "");
}

TEST_F(Filter, CountsACommandWhoseExecveIsNotAskedFor) {
  const Result result = run_tool({"--json", "-e", "getppid", "--max-overhead", "none", "--",
                                  workload_path("getppid_loop"), "1000"});
  const Json report = parse_report(result);
  EXPECT_EQ(calls(report, "getppid"), 1000U);
  EXPECT_EQ(all_calls(report), 1000U);
}

TEST_F(Filter, CountsTheExecveOfACommand) {
  const Result result = run_tool({"--json", "-e", "process", "--max-overhead", "none", "--",
                                  workload_path("getppid_loop"), "1000"});
  const Json report = parse_report(result);
  EXPECT_EQ(calls(report, "execve"), 1U);
  EXPECT_EQ(calls(report, "exit_group"), 1U);
  EXPECT_EQ(all_calls(report), 2U);
  EXPECT_EQ(losses(report), "");
}

TEST_F(Filter, TellsTheAbisApart) {
  constexpr int kCalls32 = 700;
  Process workload({workload_path("two_abis"), std::to_string(kCalls32), "300"});
  workload.wait_for_output("\n");
  if (workload.out() == "unsupported\n")
    GTEST_SKIP() << "no 32-bit calls on this machine or kernel";
  Watch watch(workload.pid(), {"-e", "getpid@32"});
  workload.send_line();
  workload.wait_for_output("done\n");
  const Json report = watch.end();
  ASSERT_EQ(rows(report, "syscalls", "syscalls").size(), 1U);
  EXPECT_EQ(row(report, "syscalls", "syscalls", {{"abi", abi_32()}}).at("calls"), kCalls32);
}

TEST_F(Filter, MakesACallThatIsNotAskedForCheaper) {
  const TemporaryDirectory folder;
  const Workload workload("hot_loop", {(folder.path() / "count").string()});
  const auto paid = [&](const std::string& set) {
    const Json report = report_on(workload.pid(), {"-d", "500ms", "-e", set});
    return report.at("collection").at("cost").at("target_ratio").get<double>();
  };
  // A loop of getppid: of each cheaper call there are more, and they still cost less in all. In
  // turns, for the speed of this machine may change in between.
  constexpr int kTurns = 5;
  std::vector<double> passed_over;
  std::vector<double> counted;
  for (int turn = 0; turn < kTurns; ++turn) {
    passed_over.push_back(paid("!getppid"));
    counted.push_back(paid("getppid"));
  }
  std::sort(passed_over.begin(), passed_over.end());
  std::sort(counted.begin(), counted.end());
  EXPECT_LT(passed_over.at(kTurns / 2), counted.at(kTurns / 2));
}

TEST(FilterWords, ThatNobodyKnowsAreRefusedWithWhatComesNear) {
  const Result result = run_tool({"-e", "opnat,read", "1"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("opnat"));
  EXPECT_THAT(result.err, HasSubstr("openat"));
}

TEST(FilterWords, ThatMayBeUnknownAreNotRefused) {
  const Result result = run_tool({"-e", "?opnat,read", "-d", "100ms", "--json", "--backend", "auto",
                                  std::to_string(::getpid())});
  EXPECT_EQ(result.code, 0) << result.describe();
}

}  // namespace
}  // namespace debug_process::e2e
