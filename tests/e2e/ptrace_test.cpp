// The ptrace backend: its counts are the true ones, and the target never notices.
// SPDX-License-Identifier: Apache-2.0
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "e2e/harness.h"
#include "e2e/leftovers.h"
#include "e2e/load.h"

namespace debug_process::e2e {
namespace {

using Arguments = std::vector<std::string>;

const Arguments kAll{"--backend", "ptrace", "--max-overhead", "none"};
const Arguments kCapped{"--backend", "ptrace", "--max-overhead", "5"};

Arguments joined(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Arguments all_and(const Arguments& more) {
  return joined(kAll, more);
}

// The second word of "count 12".
std::uint64_t ask_number(Process& workload) {
  std::istringstream words(workload.ask());
  std::string word;
  std::uint64_t number = 0;
  words >> word >> number;
  return number;
}

Json report_on_command_with(const Arguments& options, const Arguments& command, int code = 0) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "report.json";
  const Result result =
      run_tool(joined(joined(options, {"--json", "-o", file.string(), "--"}), command));
  if (result.code != code) throw std::runtime_error(result.describe());
  return Json::parse(read_text(file));
}

void expect_exact(const Json& report) {
  EXPECT_EQ(report.at("run").at("backend"), "ptrace");
  EXPECT_EQ(report.at("collection").at("counts"), "exact") << report.at("collection").dump(1);
  EXPECT_EQ(losses(report), "");
  EXPECT_EQ(report.at("collection").at("inflated_latencies"), true);
}

// Threads that do nothing but call getppid, all alike, until the test ends.
class EqualThreads {
 public:
  static constexpr std::size_t kThreads = 8;

  explicit EqualThreads(int policy = SCHED_OTHER) : pid_(::fork()) {
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ == 0) call_for_ever(policy);
  }
  ~EqualThreads() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  EqualThreads(const EqualThreads&) = delete;
  EqualThreads& operator=(const EqualThreads&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  [[noreturn]] static void call_for_ever(int policy) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const sched_param none{};
    if (::sched_setscheduler(0, policy, &none) != 0) ::_exit(1);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
      threads.emplace_back([] {
        for (;;) (void)::syscall(SYS_getppid);
      });
    for (;;) ::pause();
  }

  pid_t pid_;
};

std::vector<std::uint64_t> calls_of_threads(const EqualThreads& target, const Json& report) {
  std::vector<std::uint64_t> served;
  for (const Json& thread : rows(report, "threads", "threads"))
    if (thread.at("tid") != target.pid()) served.push_back(thread.at("calls").get<std::uint64_t>());
  return served;
}

std::vector<std::filesystem::path> tasks_of(pid_t pid) {
  std::vector<std::filesystem::path> tasks;
  std::error_code gone;
  const std::string folder = "/proc/" + std::to_string(pid) + "/task";
  for (auto entry = std::filesystem::directory_iterator(folder, gone);
       !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone))
    tasks.push_back(entry->path());
  return tasks;
}

// For a while, in slices of the scheduler, since the first time that was asked.
bool all_have_run(pid_t pid) {
  static std::map<std::string, std::uint64_t> before;
  bool all = true;
  for (const auto& task : tasks_of(pid)) {
    std::istringstream words(read_text(task / "schedstat"));
    std::uint64_t on_cpu = 0;
    words >> on_cpu;
    const auto first = before.try_emplace(task.string(), on_cpu).first->second;
    constexpr std::uint64_t kEnough = 5'000'000;
    if (task.filename() != std::to_string(pid)) all = all && on_cpu > first + kEnough;
  }
  return all;
}

std::optional<pid_t> any_child_of(pid_t pid) {
  for (const auto& task : tasks_of(pid)) {
    std::ifstream children(task / "children");
    pid_t child = 0;
    if (children >> child) return child;
  }
  return std::nullopt;
}

// Skipped where ptrace is not to be had for one's own child: a sandbox, or Yama's 2 and 3.
class Ptrace : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result result = run_tool(all_and({"--json", "--", "/bin/true"}));
    if (result.code == 4) GTEST_SKIP() << "ptrace is not allowed here: " << result.err;
  }

  // However a test ends: nothing of us is left, and the target is not held.
  static void expect_let_go(pid_t pid) {
    EXPECT_EQ(status_line(pid, "TracerPid"), "TracerPid:\t0");
    const std::string state = status_line(pid, "State");
    EXPECT_EQ(state.find("t ("), std::string::npos) << state;
    EXPECT_EQ(state.find("T ("), std::string::npos) << state;
  }

  static void expect_goes_on(Process& workload) {
    expect_let_go(workload.pid());
    const std::uint64_t before = ask_number(workload);
    EXPECT_TRUE(wait_until([&] { return ask_number(workload) > before; }));
  }
};

TEST_F(Ptrace, CountsEveryCallOfOneThread) {
  const std::uint64_t made = load_of(50'000);
  Workload workload("getppid_loop", {std::to_string(made), "--wait-for-start"});
  const Json report = watch_work(workload, kAll);
  const Json getppid = row(report, "syscalls", "syscalls", {{"syscall", "getppid"}});
  EXPECT_EQ(getppid.at("calls"), made);
  EXPECT_EQ(getppid.at("errors"), 0);
  EXPECT_EQ(getppid.at("histogram").at("count"), made);
  expect_exact(report);
  expect_let_go(workload.pid());
}

TEST_F(Ptrace, CountsEveryCallWhileThreadsComeAndGo) {
  const std::uint64_t of_each = load_of(2000);
  Workload workload("thread_churn", {std::to_string(of_each)});
  const Json report = watch_work(workload, kAll);
  EXPECT_EQ(calls(report, "getppid"), 4 * of_each);
  expect_exact(report);
}

TEST_F(Ptrace, CountsShortLivedThreads) {
  constexpr int kThreads = 500;
  Workload workload("thread_spawn", {std::to_string(kThreads)});
  const Json report = watch_work(workload, kAll);
  EXPECT_EQ(calls(report, "getppid"), kThreads);
  EXPECT_EQ(calls(report, "exit"), kThreads);
  EXPECT_EQ(calls(report, "clone3") + calls(report, "clone"), kThreads);
  EXPECT_EQ(metric(report, "threads", "exited_threads"), kThreads);
  expect_exact(report);
}

// The kernel tells of events in the order of its list: those at its end must get their turn.
TEST_F(Ptrace, ServesAllThreadsAlike) {
  const EqualThreads target;
  const auto served = calls_of_threads(target, report_on(target.pid(), all_and({"-d", "2s"})));
  ASSERT_EQ(served.size(), EqualThreads::kThreads);
  const auto [least, most] = std::minmax_element(served.begin(), served.end());
  EXPECT_GE(*least, *most / 10) << Json(served);
}

// Below everybody else, the tracer included.
TEST_F(Ptrace, StarvesNoThreadOfATargetThatRunsWhenNothingElseDoes) {
  const EqualThreads target(SCHED_IDLE);
  Watch watch(target.pid(), kAll);
  ASSERT_TRUE(wait_until([&] { return all_have_run(target.pid()); }));
  const auto served = calls_of_threads(target, watch.end());
  ASSERT_EQ(served.size(), EqualThreads::kThreads);
  EXPECT_GT(*std::min_element(served.begin(), served.end()), 0U) << Json(served);
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
  for (int time = 0; time < 20; ++time) {
    Watch watch(loop.pid(), kCapped);
    std::this_thread::sleep_for(std::chrono::milliseconds(17 * time));  // any moment will do
    watch.tool().kill(SIGKILL);
    EXPECT_EQ(watch.tool().wait().signal, SIGKILL);
    ASSERT_TRUE(
        wait_until([&] { return status_line(loop.pid(), "TracerPid") == "TracerPid:\t0"; }));
    expect_let_go(loop.pid());
    ASSERT_TRUE(loop.running());
  }
}

TEST_F(Ptrace, TellsThatTimeoutsMayBeItsDoing) {
  Workload loop("timed_waits");
  Watch watch(loop.pid(), kAll);
  ASSERT_NE(loop.ask(), "");
  const Json report = watch.end();
  ASSERT_FALSE(rows(report, "errors", "errors", {{"errno", "ETIMEDOUT"}}).empty());
  EXPECT_NE(report.at("collection").at("notes").dump().find("the tracer's doing"),
            std::string::npos)
      << report.at("collection").dump(1);
}

TEST_F(Ptrace, CountsACommandFromItsExecveToItsExit) {
  const std::uint64_t made = load_of(20'000);
  const Json report =
      report_on_command_with(kAll, {workload_path("getppid_loop"), std::to_string(made)});
  EXPECT_EQ(calls(report, "getppid"), made);
  EXPECT_EQ(calls(report, "execve"), 1U);
  EXPECT_EQ(calls(report, "exit_group"), 1U);
  EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
  expect_exact(report);
}

TEST_F(Ptrace, PassesTheExitStatusOfACommandOn) {
  const Json report = report_on_command_with(kAll, {"/bin/sh", "-c", "exit 7"}, 7);
  EXPECT_EQ(report.at("target").at("exit").at("code"), 7);
  const TemporaryDirectory directory;
  const auto file = (directory.path() / "report.json").string();
  const Result killed =
      run_tool(all_and({"--json", "-o", file, "--", "/bin/sh", "-c", "kill -TERM $$"}));
  EXPECT_EQ(killed.code, 128 + SIGTERM) << killed.describe();
}

TEST_F(Ptrace, IsNoOtherTracerInItsOwnReport) {
  const Json report =
      report_on_command_with(kAll, {workload_path("getppid_loop"), std::to_string(load_of(20000))});
  EXPECT_EQ(metric(report, "process", "tracer_pid"), 0);
  for (const auto& finding : report.at("findings"))
    EXPECT_EQ(finding.at("title").get<std::string>().find("traced by"), std::string::npos)
        << finding.dump(1);
}

TEST_F(Ptrace, CountsErrorsWithTheirPath) {
  Workload workload("failing_opens", {"1000", "/no/such/path/of/ptrace"});
  const Json report = watch_work(workload, kAll);
  const Json error = row(report, "errors", "errors", {{"syscall", "openat"}, {"errno", "ENOENT"}});
  EXPECT_EQ(error.at("calls"), 1000);
  EXPECT_EQ(error.at("example"), "/no/such/path/of/ptrace");
  expect_exact(report);
}

TEST_F(Ptrace, FollowsVforkOfChildrenThatAreNotWatched) {
  Workload workload("vfork_loop", {"200"});
  const Json report = watch_work(workload, kAll);
  EXPECT_EQ(calls(report, "vfork") + calls(report, "clone") + calls(report, "clone3"), 200U);
  EXPECT_EQ(calls(report, "wait4") + calls(report, "waitid"), 200U);
  EXPECT_EQ(calls(report, "exit_group"), 0U);
  expect_exact(report);
}

TEST_F(Ptrace, GoesOnWithAProgramThatAThreadExecutes) {
  Workload workload("exec_from_thread",
                    {workload_path("getppid_loop"), "1000", "--wait-for-start"});
  Watch watch(workload.pid(), kAll);
  workload.send_line();
  // The new program says it for itself.
  ASSERT_TRUE(wait_until([&] {
    return read_text("/proc/" + std::to_string(workload.pid()) + "/comm").starts_with("getppid");
  }));
  workload.send_line();
  workload.wait_for_output("done\n");
  const Json report = watch.end();
  EXPECT_EQ(calls(report, "getppid"), 1000U);
  EXPECT_EQ(calls(report, "execve"), 1U);
  expect_exact(report);
  expect_let_go(workload.pid());
}

TEST_F(Ptrace, TellsTheAbisApart) {
  Process workload({workload_path("two_abis"), "1000", "500"});
  try {
    workload.wait_for_output("ready");
  } catch (const std::runtime_error&) {
    GTEST_SKIP() << "this kernel has no 32-bit system calls";
  }
  Watch watch(workload.pid(), kAll);
  workload.send_line();
  workload.wait_for_output("done\n");
  const Json report = watch.end();
  EXPECT_EQ(
      row(report, "syscalls", "syscalls", {{"syscall", "getpid"}, {"abi", abi_32()}}).at("calls"),
      1000);
  EXPECT_EQ(
      row(report, "syscalls", "syscalls", {{"syscall", "getpid"}, {"abi", abi_64()}}).at("calls"),
      500);
}

TEST_F(Ptrace, CountsRestartsAndWhatBecomesOfThem) {
  Workload workload("signal_restart", {"20", "10"});
  const Json report = watch_work(workload, kAll);
  const Json read = row(report, "syscalls", "syscalls", {{"syscall", "read"}});
  EXPECT_EQ(read.at("restarts"), 20);
  EXPECT_EQ(
      row(report, "errors", "errors", {{"syscall", "epoll_pwait"}, {"errno", "EINTR"}}).at("calls"),
      10);
  EXPECT_EQ(calls(report, "rt_sigreturn"), 30U);
}

TEST_F(Ptrace, CountsOnlyTheSetThatIsAskedFor) {
  Workload workload("failing_opens", {"100"});
  const Json report = watch_work(workload, all_and({"-e", "file"}));
  EXPECT_EQ(metric(report, "syscalls", "calls"), 100);
}

TEST_F(Ptrace, CountsOnlyFailures) {
  Workload workload("failing_opens", {"100"});
  const Json report = watch_work(workload, all_and({"-Z"}));
  EXPECT_EQ(metric(report, "syscalls", "calls"), 100);
  EXPECT_EQ(metric(report, "syscalls", "errors"), 100);
}

TEST_F(Ptrace, FollowsChildren) {
  Workload workload("fork_loop", {"50"});
  const Json report = watch_work(workload, all_and({"--follow"}));
  EXPECT_EQ(calls(report, "exit_group"), 50U);
  EXPECT_EQ(calls(report, "wait4"), 50U);
  expect_exact(report);
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
