// The sampling backend: shares of time without a stop, for anybody, and nothing that it cannot
// know. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <regex>
#include <set>

#include "e2e/as_nobody.h"
#include "e2e/harness.h"
#include "e2e/sanitized.h"

namespace debug_process::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Json sample(pid_t pid, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), {"--backend", "sampling", "-d", "1s"});
  return report_on(pid, arguments);
}

std::vector<Json> shares(const Json& report, const Json& where = Json::object()) {
  return rows(report, "syscalls", "time_shares", where);
}

// Of the one thread that is in it: how much of its time.
double share_of(const Json& report, const Json& where) {
  double sum = 0;
  for (const Json& row : shares(report, where)) sum += row.at("share_ratio").get<double>();
  return sum;
}

std::vector<std::string> notes(const Json& report) {
  return report.at("collection").at("notes").get<std::vector<std::string>>();
}

std::string status_line(pid_t pid, const std::string& key) {
  const std::string text = read_text("/proc/" + std::to_string(pid) + "/status");
  std::smatch found;
  return std::regex_search(text, found, std::regex(key + ":\\s*(.*)")) ? found[1].str() : "";
}

TEST(Sampling, FindsBlockedThreadsInTheirCalls) {
  const Workload target("blocked");
  const Json report = sample(target.pid());
  for (const char* call : {"epoll_pwait", "futex", "clock_nanosleep"})
    EXPECT_GE(share_of(report, {{"syscall", call}}), 0.95) << call;
  EXPECT_GE(share_of(report, {{"syscall", "read"}, {"thread", "in-read"}}), 0.95);
  EXPECT_EQ(rows(report, "syscalls", "in_flight", {{"started_before_window", true}}).size(), 5U);
  EXPECT_EQ(rows(report, "syscalls", "in_flight").size(), 5U);
}

TEST(Sampling, FindsABusyThreadRunning) {
  const Workload target("busy_loop");
  const Json report = sample(target.pid());
  EXPECT_GE(share_of(report, {{"state", "R"}}), 0.9);
  EXPECT_THAT(report.at("summary").at(1).at("text").get<std::string>(), HasSubstr("running"));
}

TEST(Sampling, ClaimsNoCounts) {
  const Workload target("sleeper", {"20"});
  const Json report = sample(target.pid());
  EXPECT_EQ(report.at("collection").at("counts"), "samples");
  EXPECT_EQ(report.at("collection").at("cost").at("target_ns_per_call"), nullptr);
  for (const char* key : {"calls", "errors", "calls_per_s", "in_syscalls_ns"})
    EXPECT_EQ(metric(report, "syscalls", key), nullptr) << key;
  EXPECT_EQ(report.at("sections").at("syscalls").at("status"), "partial");
  EXPECT_EQ(report.at("sections").at("errors").at("status"), "unavailable");
  EXPECT_EQ(metric(report, "errors", "errors"), nullptr);
  for (const Json& thread : rows(report, "threads", "threads"))
    EXPECT_EQ(thread.at("calls"), nullptr);
}

TEST(Sampling, NeverStopsTheTarget) {
  const Workload target("sleeper", {"1"});
  Watch watch(target.pid(), {"--backend", "sampling"});
  const auto sleeps = [&] {
    return std::stoul(status_line(target.pid(), "voluntary_ctxt_switches"));
  };
  // It goes on for a hundred of its milliseconds, and is at no moment held.
  for (const auto first = sleeps(); sleeps() < first + 100;) {
    ASSERT_EQ(status_line(target.pid(), "TracerPid"), "0");
    ASSERT_THAT(status_line(target.pid(), "State"), Not(AnyOf(HasSubstr("T ("), HasSubstr("t ("))));
  }
  EXPECT_EQ(watch.end().at("collection").at("counts"), "samples");
}

TEST(Sampling, LeavesAStoppedProcessStoppedAndSaysSo) {
  Workload target("stopped");
  ASSERT_TRUE(wait_until([&] { return status_line(target.pid(), "State").starts_with("T"); }));
  const Json report = sample(target.pid());
  EXPECT_GE(share_of(report, {{"state", "T"}}), 0.95);
  EXPECT_TRUE(status_line(target.pid(), "State").starts_with("T"));
  EXPECT_EQ(report.at("findings").at(0).at("rule"), "stopped");
}

TEST(Sampling, SeesACommandFromItsExecve) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "report.json";
  const Result result =
      run_tool({"--json", "-o", file.string(), "--backend", "sampling", "--", "sleep", "0.5"});
  ASSERT_EQ(result.code, 0) << result.describe();
  const Json report = Json::parse(read_text(file));
  for (const Json& row : shares(report)) EXPECT_EQ(row.at("thread"), "sleep");
  EXPECT_GE(share_of(report, {{"syscall", "clock_nanosleep"}}), 0.5);
}

TEST(Sampling, GoesOnThroughAnExecveOfAnotherThread) {
  Workload target("exec_from_thread", {workload_path("sleeper"), "20"});
  Watch watch(target.pid(), {"--backend", "sampling"});
  target.send_line();
  target.wait_for_output("ready\nready");
  const Json report = watch.end();
  EXPECT_EQ(report.at("collection").at("counts"), "samples");
  EXPECT_EQ(metric(report, "process", "threads"), 1);
}

TEST(Sampling, LooksAtTheThreadsOfAZombieLeader) {
  const Workload target("many_threads", {"3", "leave"});
  ASSERT_TRUE(wait_until([&] { return status_line(target.pid(), "State").starts_with("Z"); }));
  const Json report = sample(target.pid());
  EXPECT_EQ(shares(report, {{"syscall", "futex"}}).size(), 3U)
      << Json(shares(report)) << report.at("collection") << report.at("run");
  EXPECT_THAT(shares(report, {{"state", "Z"}}), IsEmpty());
}

TEST(Sampling, SaysThatAKernelThreadMakesNoCalls) {
  if (!read_text("/proc/2/stat").starts_with("2 (kthreadd)"))
    GTEST_SKIP() << "no kernel thread here: PID 2 is another process";
  const Json report = sample(2);
  EXPECT_THAT(notes(report), Contains("a kernel thread makes no system calls"));
  for (const Json& row : shares(report)) EXPECT_EQ(row.at("syscall"), nullptr);
}

TEST(Sampling, KeepsCallsOutsideOfTheSetAsTimeOnly) {
  const Workload target("blocked");
  const Json report = sample(target.pid(), {"-e", "read", "-Z"});
  EXPECT_THAT(shares(report, {{"syscall", "futex"}}), IsEmpty());
  EXPECT_GE(share_of(report, {{"thread", "in-futex"}, {"syscall", nullptr}, {"state", "S"}}), 0.95);
  EXPECT_GE(share_of(report, {{"thread", "in-read"}, {"syscall", "read"}}), 0.95);
  EXPECT_THAT(notes(report), Contains(HasSubstr("-Z has no effect")));
}

TEST(Sampling, FollowsChildren) {
  Process shell({"/bin/sh", "-c", "sleep 100 & echo ready; sleep 100"});
  shell.wait_for_output("ready");
  const Json report = sample(shell.pid(), {"--follow"});
  std::set<pid_t> pids;
  for (const Json& row : shares(report)) pids.insert(row.at("pid").get<pid_t>());
  EXPECT_EQ(pids.size(), 3U);
  const Json alone = sample(shell.pid());
  for (const Json& row : shares(alone)) EXPECT_EQ(row.at("pid"), shell.pid());
}

TEST(Sampling, StaysWithinItsShareOfACpuWhateverTheThreads) {
  if (sanitized()) GTEST_SKIP() << kSanitized;
  constexpr int kThreads = 5000;
  // Beside the share: what the first and the last moment take.
  constexpr double kMostOfACpu = 0.025;
  Process target({workload_path("many_threads"), std::to_string(kThreads)});
  try {
    target.wait_for_output("ready");
  } catch (const std::exception&) {
    GTEST_SKIP() << "5,000 threads cannot be started here: " << target.err();
  }
  const Result result = run_tool(
      {"--json", "--verbose", "--backend", "sampling", "-d", "4s", std::to_string(target.pid())});
  const Json report = parse_report(result);
  EXPECT_THAT(notes(report), Contains(HasSubstr("each of 5001 threads was looked at")));
  EXPECT_GT(shares(report, {{"syscall", "futex"}}).size(), 500U);
  std::smatch found;
  ASSERT_TRUE(std::regex_search(
      result.err, found, std::regex("sampling took ([0-9.]+) ms of CPU time in ([0-9.]+) s")))
      << result.err;
  EXPECT_LE(std::stod(found[1]) / (std::stod(found[2]) * 1000), kMostOfACpu) << result.err;
}

class SamplingUnprivileged : public AsNobody {
 protected:
  [[nodiscard]] Json sample(pid_t pid) const {
    return parse_report(run(
        as_nobody({tool(), "--json", "--backend", "sampling", "-d", "1s", std::to_string(pid)})));
  }
};

TEST_F(SamplingUnprivileged, SeesTheCallsOfOnesOwnProcess) {
  Process target(as_nobody({workload("blocked")}));
  target.wait_for_output("ready");
  const Json report = sample(target.pid());
  if (!shares(report, {{"syscall_known", false}}).empty())
    GTEST_SKIP() << "not allowed here: " << report.at("collection").at("notes").dump();
  for (const char* call : {"epoll_pwait", "futex", "clock_nanosleep"})
    EXPECT_GE(share_of(report, {{"syscall", call}}), 0.95) << call;
}

TEST_F(SamplingUnprivileged, SeesStatesOnlyOfAProcessOfRootAndSaysSo) {
  const Workload target("blocked");
  const Json report = sample(target.pid());
  EXPECT_EQ(shares(report).size(), 5U);
  for (const Json& row : shares(report)) {
    EXPECT_EQ(row.at("syscall"), nullptr);
    EXPECT_EQ(row.at("syscall_known"), false);
    EXPECT_EQ(row.at("state"), "S");
  }
  EXPECT_THAT(notes(report), Contains(::testing::AllOf(HasSubstr("which calls its threads are in"),
                                                       HasSubstr("sudo"))));
  EXPECT_THAT(rows(report, "syscalls", "in_flight"), IsEmpty());
  EXPECT_THAT(report.at("summary").at(1).at("text").get<std::string>(), HasSubstr("sleeping"));
}

}  // namespace
}  // namespace debug_process::e2e
