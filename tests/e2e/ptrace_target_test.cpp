// The ptrace backend: the target never notices, however the tool ends.
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "e2e/load.h"
#include "e2e/ptrace.h"

namespace debug_process::e2e {
namespace {

std::optional<pid_t> any_child_of(pid_t pid) {
  for (const auto& task : tasks_of(pid)) {
    std::ifstream children(task / "children");
    pid_t child = 0;
    if (children >> child) return child;
  }
  return std::nullopt;
}

TEST_F(Ptrace, GoesOnWherePidfdGetfdIsForbidden) {
  Workload counter("counter");
  const TemporaryDirectory directory;
  const auto file = directory.path() / "report.json";
  Process tool({workload_path("deny_pidfd_getfd"), tool_path(), "--backend", "ptrace",
                "--max-overhead", "none", "-d", "300ms", "--json", "-o", file.string(),
                std::to_string(counter.pid())});
  const Result result = tool.wait();
  ASSERT_EQ(result.code, 0) << result.describe();
  EXPECT_GT(calls(Json::parse(read_text(file)), "getppid"), 0U);
  expect_goes_on(counter);
}

TEST_F(Ptrace, LeavesNoCalibratingChildWhenKilled) {
  Workload counter("counter");
  int seen = 0;
  // Some 20 ms of each run: it may be missed.
  for (int time = 0; time < 100 && seen < 5; ++time) {
    Process tool({tool_path(), "--backend", "ptrace", "-d", "50ms", std::to_string(counter.pid())});
    std::optional<pid_t> child;
    ASSERT_TRUE(wait_until([&] {
      child = any_child_of(tool.pid());
      return child || !tool.running();
    }));
    if (!child) continue;
    ++seen;
    tool.kill(SIGKILL);
    EXPECT_EQ(tool.wait().signal, SIGKILL);
    const std::string left = "/proc/" + std::to_string(*child);
    ASSERT_TRUE(wait_until([&] { return !std::filesystem::exists(left); }));
  }
  EXPECT_GT(seen, 0);
  expect_goes_on(counter);
}

// Between bursts it is let go of, and a new hold begins with each.
TEST_F(Ptrace, LeavesNothingWhenKilledWhileThreadsComeAndGo) {
  const TemporaryDirectory directory;
  Workload loop("spawn_loop", {(directory.path() / "count").string()});
  const int times = slow_machine() ? 4 : 20;
  for (int time = 0; time < times; ++time) {
    Watch watch(loop.pid(), kCapped);
    std::this_thread::sleep_for(
        std::chrono::milliseconds(340 * time / times));  // any moment will do
    watch.tool().kill(SIGKILL);
    EXPECT_EQ(watch.tool().wait().signal, SIGKILL);
    ASSERT_TRUE(
        wait_until([&] { return status_line(loop.pid(), "TracerPid") == "TracerPid:\t0"; }));
    expect_let_go(loop.pid());
    ASSERT_TRUE(loop.running());
  }
}

TEST_F(Ptrace, LeavesAloneWhatAnInterruptionWouldBreak) {
  Workload workload("epoll_eintr_fatal");
  for (std::uint64_t time = 0; time < load_of(100); ++time) {
    SCOPED_TRACE(time);
    const Json report = report_on(workload.pid(), all_and({"-d", "20ms"}));
    ASSERT_TRUE(workload.running()) << workload.wait().describe();
    ASSERT_EQ(report.at("collection").at("notes").size(), 1U) << report.at("collection").dump(1);
  }
  expect_let_go(workload.pid());
  EXPECT_EQ(ask_number(workload), 0U);
}

TEST_F(Ptrace, LeavesAloneWhatAnInterruptionWouldBreakUnderTraffic) {
  Workload workload("epoll_eintr_fatal", {"traffic"});
  for (int time = 0; time < 100; ++time) {
    SCOPED_TRACE(time);
    const Json report = report_on(workload.pid(), joined(kCapped, {"-d", "50ms"}));
    ASSERT_TRUE(workload.running()) << workload.wait().describe();
    ASSERT_GT(metric(report, "syscalls", "calls"), 0);
  }
  expect_goes_on(workload);
}

// Between the look that finds it asleep and the interruption it may wake, and wait in such a call;
// and when the run ends it may be on its way into one.
TEST_F(Ptrace, BreaksNoCallOfAThreadThatSleepsByTurns) {
  if (abi_64() != "x86_64") GTEST_SKIP() << "only on x86 such a call can be made again";
  Workload workload("epoll_eintr_fatal", {"naps"});
  for (std::uint64_t time = 0; time < load_of(100); ++time) {
    SCOPED_TRACE(time);
    (void)report_on(workload.pid(), all_and({"-d", "20ms"}));
    ASSERT_TRUE(workload.running()) << workload.wait().describe();
  }
  expect_goes_on(workload);
}

// Threads of this process that wait in one of these calls.
std::vector<std::filesystem::path> tasks_in(pid_t pid, const std::set<long>& numbers) {
  std::vector<std::filesystem::path> found;
  for (const auto& task : tasks_of(pid)) {
    std::istringstream place(read_text(task / "syscall"));
    long number = -1;
    if (place >> number && numbers.contains(number)) found.push_back(task);
  }
  return found;
}

// Only because it is traced such a signal wakes a thread.
TEST_F(Ptrace, BreaksNoCallThatWaitsForEverByASignalThatTheProgramIgnores) {
  if (abi_64() != "x86_64") GTEST_SKIP() << "only on x86 such a call can be made again";
  Workload workload("epoll_eintr_fatal");
  Watch watch(workload.pid(), kAll);
  const auto tasks =
      tasks_in(workload.pid(), {SYS_epoll_pwait, SYS_semtimedop, SYS_semop, SYS_read});
  ASSERT_EQ(tasks.size(), 3U);
  for (int time = 0; time < 20; ++time)
    for (const int signal : {SIGWINCH, SIGCHLD, SIGURG, SIGCONT})
      for (const auto& task : tasks) {
        const pid_t tid = std::stoi(task.filename());
        ASSERT_EQ(::syscall(SYS_tgkill, workload.pid(), tid, signal), 0);
        ASSERT_TRUE(wait_until([&] {
          return read_text(task / "status").find("SigPnd:\t0000000000000000") != std::string::npos;
        }));
        ASSERT_TRUE(workload.running()) << workload.wait().describe();
      }
  const Json report = watch.end();
  EXPECT_EQ(metric(report, "syscalls", "errors"), 0);
  expect_let_go(workload.pid());
  EXPECT_EQ(ask_number(workload), 0U);
}

TEST_F(Ptrace, KeepsAStoppedProcessStoppedUntilItIsToldToGoOn) {
  Workload workload("stopped");
  const auto stopped = [&] {
    return status_line(workload.pid(), "State").find("T (") != std::string::npos;
  };
  ASSERT_TRUE(wait_until(stopped));
  const Json report = report_on(workload.pid(), all_and({"-d", "100ms"}));
  EXPECT_EQ(metric(report, "process", "state"), "stopped");
  EXPECT_EQ(metric(report, "syscalls", "calls"), 0);
  EXPECT_TRUE(wait_until(stopped));
  Watch watch(workload.pid(), kAll);
  workload.kill(SIGCONT);
  workload.close_input();
  EXPECT_EQ(workload.wait().code, 0);
  EXPECT_GT(calls(watch.wait(), "read"), 0U);
}

TEST_F(Ptrace, StopsAndGoesOnWithTheProcessWhileItIsWatched) {
  Workload counter("counter");
  Watch watch(counter.pid(), kAll);
  counter.kill(SIGSTOP);
  // Stopped by a signal while traced is shown as such a stop too.
  ASSERT_TRUE(wait_until([&] {
    return status_line(counter.pid(), "State").find("(tracing stop)") != std::string::npos ||
           status_line(counter.pid(), "State").find("T (") != std::string::npos;
  }));
  counter.kill(SIGCONT);
  const std::uint64_t before = ask_number(counter);
  EXPECT_TRUE(wait_until([&] { return ask_number(counter) > before; }));
  EXPECT_GT(calls(watch.end(), "getppid"), 0U);
  expect_goes_on(counter);
}

TEST_F(Ptrace, StaysStoppedWhenLetGo) {
  Workload counter("counter");
  Watch watch(counter.pid(), kAll);
  counter.kill(SIGSTOP);
  ASSERT_TRUE(wait_until(
      [&] { return status_line(counter.pid(), "State").find("stop") != std::string::npos; }));
  (void)watch.end();
  EXPECT_TRUE(wait_until([&] {
    return status_line(counter.pid(), "State").find("T (stopped)") != std::string::npos;
  })) << status_line(counter.pid(), "State");
  counter.kill(SIGCONT);
  ASSERT_TRUE(wait_until(
      [&] { return status_line(counter.pid(), "State").find("stop") == std::string::npos; }));
  expect_goes_on(counter);
}

TEST_F(Ptrace, LetsEverySignalThroughOnce) {
  constexpr std::uint64_t kSignals = 1000;
  Workload workload("signal_counter");
  Watch watch(workload.pid(), kCapped);
  for (std::uint64_t sent = 0; sent < kSignals; ++sent) {
    // Queued, each for itself; not beyond what RLIMIT_SIGPENDING allows.
    workload.kill(SIGRTMIN);
    if (sent % 100 == 99) {
      ASSERT_TRUE(wait_until([&] { return ask_number(workload) == sent + 1; }))
          << ask_number(workload);
    }
  }
  (void)watch.end();
  EXPECT_EQ(ask_number(workload), kSignals);
  expect_let_go(workload.pid());
}

TEST_F(Ptrace, LosesNoSignalWhenKilled) {
  Workload workload("signal_counter");
  std::uint64_t sent = 0;
  for (int time = 0; time < 20; ++time) {
    Watch watch(workload.pid(), kAll);
    for (int signals = 0; signals < 20; ++signals, ++sent) workload.kill(SIGRTMIN);
    watch.tool().kill(SIGKILL);
    EXPECT_EQ(watch.tool().wait().signal, SIGKILL);
    ASSERT_TRUE(wait_until([&] { return ask_number(workload) == sent; })) << ask_number(workload);
  }
  expect_let_go(workload.pid());
}

TEST_F(Ptrace, LeavesNothingWhenKilled) {
  Workload counter("counter");
  for (int time = 0; time < 10; ++time) {
    Watch watch(counter.pid(), kAll);
    watch.tool().kill(SIGKILL);
    EXPECT_EQ(watch.tool().wait().signal, SIGKILL);
    ASSERT_TRUE(
        wait_until([&] { return status_line(counter.pid(), "TracerPid") == "TracerPid:\t0"; }));
    expect_goes_on(counter);
  }
}

TEST_F(Ptrace, NamesTheTracerThatIsThereAlready) {
  const auto strace = find_program("strace");
  if (!strace) GTEST_SKIP() << "strace is not installed";
  Workload counter("counter");
  Process tracer({*strace, "-f", "-o", "/dev/null", "-p", std::to_string(counter.pid())});
  tracer.wait_for_error_output("attached");
  const Result result =
      run_tool({"--backend", "ptrace", "-d", "100ms", std::to_string(counter.pid())});
  EXPECT_EQ(result.code, 4) << result.describe();
  EXPECT_NE(
      result.err.find("already traced by process " + std::to_string(tracer.pid()) + " (strace)"),
      std::string::npos)
      << result.err;
}

// Of a target of many signals it lets go between two bursts. What nobody saw is not counted as
// watched.
TEST_F(Ptrace, LeavesTheTargetToATracerThatTakesItBetweenTwoBursts) {
  const TemporaryDirectory directory;
  Workload target("signal_loop", {(directory.path() / "count").string()});
  Watch watch(target.pid(), joined(kCapped, {"-d", "3s"}));
  ASSERT_TRUE(
      wait_until([&] { return ::ptrace(PTRACE_SEIZE, target.pid(), nullptr, nullptr) == 0; }));
  // Each signal stops it, for us.
  const auto stopped_by = [&](int options) {
    int status = 0;
    const pid_t stopped = ::waitpid(target.pid(), &status, options);
    return stopped == target.pid() && WIFSTOPPED(status) ? long{WSTOPSIG(status)} : 0L;
  };
  while (watch.tool().running()) {
    const long signal_number = stopped_by(WNOHANG);
    if (signal_number == 0) continue;
    ASSERT_EQ(::ptrace(PTRACE_CONT, target.pid(), nullptr, signal_number), 0);
  }
  const Json collection = watch.wait().at("collection");
  EXPECT_EQ(collection.at("counts"), "scaled");
  EXPECT_GT(collection.at("coverage_ratio").get<double>(), 0);
  EXPECT_LT(collection.at("coverage_ratio").get<double>(), 1);
  EXPECT_NE(collection.at("notes").dump().find("could not be traced again (EPERM)"),
            std::string::npos)
      << collection.dump(1);
  EXPECT_EQ(status_line(target.pid(), "TracerPid"), "TracerPid:\t" + std::to_string(::gettid()));
  const long signal_number = stopped_by(0);
  ASSERT_NE(signal_number, 0);
  ASSERT_EQ(::ptrace(PTRACE_DETACH, target.pid(), nullptr, signal_number), 0);
  expect_let_go(target.pid());
}

TEST_F(Ptrace, AnnouncesItselfBeforeItAttaches) {
  Workload counter("counter");
  const Result result =
      run_tool({"--backend", "ptrace", "-d", "50ms", std::to_string(counter.pid())});
  EXPECT_EQ(result.code, 0) << result.describe();
  EXPECT_NE(
      result.err.find("attaching to process " + std::to_string(counter.pid()) + " with ptrace"),
      std::string::npos)
      << result.err;
}

}  // namespace
}  // namespace debug_process::e2e
