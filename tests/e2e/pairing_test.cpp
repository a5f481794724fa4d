// Pairing a call's entry with its exit, where that goes wrong: the list of the design's kernel
// notes, each with a workload. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "e2e/harness.h"
#include "trace/abi/abi.h"

namespace debug_process::e2e {
namespace {

class Pairing : public NeedsBpf {};

std::string thread_name(const Json& in_flight) {
  return in_flight.at("thread").get<std::string>();
}

// As /proc/PID/syscall says; "running" is no number.
bool blocked_in(pid_t pid, long number) {
  return read_text("/proc/" + std::to_string(pid) + "/syscall")
      .starts_with(std::to_string(number) + " ");
}

TEST_F(Pairing, CallsBlockedThroughTheWholeWindowAreInFlight) {
  Workload workload("blocked");
  const Json report = report_on(workload.pid(), {"-d", "500ms"});
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"in-epoll", "epoll_pwait"},
      {"in-futex", "futex"},
      {"in-read", "read"},
      {"in-sleep", "clock_nanosleep"}};
  for (const auto& [thread, syscall] : expected) {
    SCOPED_TRACE(thread);
    std::vector<Json> found;
    for (const auto& one : rows(report, "syscalls", "in_flight")) {
      if (thread_name(one).find(thread) != std::string::npos) found.push_back(one);
    }
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at("syscall"), syscall);
    EXPECT_EQ(found[0].at("started_before_window"), true);
    EXPECT_GE(found[0].at("elapsed_ns"), report.at("run").at("window_ns").get<double>() * 0.9);
    EXPECT_EQ(calls(report, syscall), 0U);
  }
}

TEST_F(Pairing, ACallBegunInTheWindowAndNotFinishedIsInFlightAndNotInTheHistogram) {
  Workload workload("getppid_loop", {"1000", "--wait-for-start"});
  Watch watch(workload.pid());
  workload.go();
  ASSERT_TRUE(wait_until([&] { return blocked_in(workload.pid(), SYS_read); }));
  const Json report = watch.end();
  const Json waiting = row(report, "syscalls", "in_flight", {{"syscall", "read"}});
  EXPECT_EQ(waiting.at("started_before_window"), false);
  EXPECT_EQ(waiting.at("tid"), workload.pid());
  // The read that got our line was begun before the window: counted, and its latency is not known.
  const Json read = row(report, "syscalls", "syscalls", {{"syscall", "read"}});
  EXPECT_EQ(read.at("calls"), 1);
  EXPECT_TRUE(read.at("histogram").is_null() || read.at("histogram").at("count") == 0) << read;
}

TEST_F(Pairing, ExecByAThreadThatIsNotTheFirst) {
  const std::string program = workload_path("getppid_loop");
  Workload workload("exec_from_thread", {program, "1000", "--wait-for-start"});
  Watch watch(workload.pid());
  workload.send_line();
  workload.wait_for_output("ready\nready\n");
  workload.go();
  const Json report = watch.end();
  EXPECT_EQ(calls(report, "getppid"), 1000U);
  const Json execve = row(report, "syscalls", "syscalls", {{"syscall", "execve"}});
  EXPECT_EQ(execve.at("calls"), 1);
  EXPECT_EQ(execve.at("errors"), 0);
  EXPECT_EQ(report.at("target").at("executable"), program);
  EXPECT_TRUE(rows(report, "syscalls", "in_flight", {{"syscall", "execve"}}).empty());
  EXPECT_EQ(losses(report), "");
}

TEST_F(Pairing, VforkIsCountedOnceAndItsChildNotAtAll) {
  constexpr int kChildren = 100;
  Workload workload("vfork_loop", {std::to_string(kChildren)});
  const Json report = watch_work(workload);
  EXPECT_EQ(calls(report, "vfork") + calls(report, "clone"), kChildren);
  EXPECT_EQ(calls(report, "wait4"), kChildren);
  EXPECT_EQ(calls(report, "exit_group"), 0U);
  EXPECT_EQ(losses(report), "");
}

TEST_F(Pairing, CallsThatSeccompRefusesAreErrors) {
  constexpr int kCalls = 1000;
  Workload workload("seccomp_denied", {std::to_string(kCalls)});
  const Json report = watch_work(workload);
  const Json getppid = row(report, "syscalls", "syscalls", {{"syscall", "getppid"}});
  EXPECT_EQ(getppid.at("calls"), kCalls);
  EXPECT_EQ(getppid.at("errors"), kCalls);
  const Json error = row(report, "errors", "errors", {{"syscall", "getppid"}});
  EXPECT_EQ(error.at("errno"), "EPERM");
  EXPECT_EQ(error.at("calls"), kCalls);
}

TEST_F(Pairing, ThirtyTwoBitCallsOfA64BitProcessHaveRowsOfTheirOwn) {
  constexpr int kCalls32 = 700;
  constexpr int kCalls64 = 300;
  Process workload({workload_path("two_abis"), std::to_string(kCalls32), std::to_string(kCalls64)});
  workload.wait_for_output("\n");
  if (workload.out() == "unsupported\n")
    GTEST_SKIP() << "no 32-bit calls on this machine or kernel";
  Watch watch(workload.pid());
  workload.send_line();
  workload.wait_for_output("done\n");
  const Json report = watch.end();
  const auto getpid = rows(report, "syscalls", "syscalls", {{"syscall", "getpid"}});
  ASSERT_EQ(getpid.size(), 2U);
  for (const auto& one : getpid) {
    EXPECT_EQ(one.at("calls"), one.at("abi") == abi_32() ? kCalls32 : kCalls64) << one;
  }
  EXPECT_NE(getpid[0].at("abi"), getpid[1].at("abi"));
  // 20 in the 64-bit table, which is what a tracer that does not look shows.
  EXPECT_EQ(calls(report, trace::abi::syscall_name(trace::abi::Abi::native, 20)), 0U);
}

TEST_F(Pairing, InterruptedCallsAreRestartsOrEintrAndSignalReturnsAreNamed) {
  constexpr int kRestarts = 10;
  constexpr int kInterruptions = 15;
  Workload workload("signal_restart", {std::to_string(kRestarts), std::to_string(kInterruptions)});
  const Json report = watch_work(workload);
  // Several threads read; only one of them is interrupted.
  const Json read = row(report, "syscalls", "syscalls", {{"syscall", "read"}});
  EXPECT_EQ(read.at("restarts"), kRestarts);
  EXPECT_EQ(read.at("errors"), 0);
  const Json epoll = row(report, "syscalls", "syscalls", {{"syscall", "epoll_pwait"}});
  EXPECT_EQ(epoll.at("calls"), kInterruptions);
  EXPECT_EQ(epoll.at("errors"), kInterruptions);
  const Json eintr = row(report, "errors", "errors", {{"syscall", "epoll_pwait"}});
  EXPECT_EQ(eintr.at("errno"), "EINTR");
  EXPECT_EQ(calls(report, "rt_sigreturn"), kRestarts + kInterruptions);
  EXPECT_EQ(losses(report), "");
}

TEST_F(Pairing, ExitGroupIsCountedThoughItNeverReturns) {
  Workload workload("exits_soon", {"exit", "7"});
  Watch watch(workload.pid());
  workload.send_line();
  EXPECT_EQ(workload.wait().code, 7);
  const Json report = watch.wait();
  EXPECT_EQ(calls(report, "exit_group"), 1U);
  EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
  EXPECT_TRUE(rows(report, "syscalls", "in_flight", {{"syscall", "exit_group"}}).empty());
}

TEST_F(Pairing, LatenciesThatAreMissingAreSaidToBe) {
  Workload workload("thread_churn", {"50000"});
  const Json report = watch_work(workload);
  // Of those made wholly within the window, each is timed or is in the losses.
  const Json getppid = row(report, "syscalls", "syscalls", {{"syscall", "getppid"}});
  EXPECT_EQ(getppid.at("calls"), 200'000);
  const auto timed = getppid.at("histogram").at("count").get<std::uint64_t>();
  const auto lost =
      report.at("collection").at("losses").value("latency_thread_slot", std::uint64_t{0});
  EXPECT_LE(timed, 200'000U);
  EXPECT_GE(timed + lost, 200'000U);
}

TEST_F(Pairing, ABusyLoopHasNoCallsAndNoneInFlight) {
  Workload workload("busy_loop");
  const Json report = report_on(workload.pid(), {"-d", "500ms"});
  EXPECT_EQ(metric(report, "syscalls", "calls"), 0);
  EXPECT_TRUE(rows(report, "syscalls", "in_flight").empty());
}

TEST_F(Pairing, AStoppedProcessIsReportedAndStaysStopped) {
  Workload workload("stopped");
  const std::string stat = "/proc/" + std::to_string(workload.pid()) + "/stat";
  const auto stopped = [&] { return read_text(stat).find(") T ") != std::string::npos; };
  ASSERT_TRUE(wait_until(stopped));
  const Json report = report_on(workload.pid(), {"-d", "300ms"});
  EXPECT_TRUE(stopped());
  EXPECT_EQ(metric(report, "syscalls", "calls"), 0);
}

}  // namespace
}  // namespace debug_process::e2e
