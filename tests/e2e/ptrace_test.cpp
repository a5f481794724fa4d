// The ptrace backend: its counts are the true ones.
// SPDX-License-Identifier: Apache-2.0
#include "e2e/ptrace.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

#include "e2e/load.h"
#include "e2e/sanitized.h"

namespace debug_process::e2e {
namespace {

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
  const std::uint64_t threads = load_of(500);
  Workload workload("thread_spawn", {std::to_string(threads)});
  const Json report = watch_work(workload, kAll);
  EXPECT_EQ(calls(report, "getppid"), threads);
  EXPECT_EQ(calls(report, "exit"), threads);
  EXPECT_EQ(calls(report, "clone3") + calls(report, "clone"), threads);
  EXPECT_EQ(metric(report, "threads", "exited_threads"), threads);
  expect_exact(report);
}

// The kernel tells of events in the order of its list: those at its end must get their turn.
TEST_F(Ptrace, ServesAllThreadsAlike) {
  if (sanitized()) GTEST_SKIP() << kSanitized;
  const EqualThreads target;
  const auto served = calls_of_threads(target, report_on(target.pid(), all_and({"-d", "2s"})));
  ASSERT_EQ(served.size(), EqualThreads::kThreads);
  const auto [least, most] = std::minmax_element(served.begin(), served.end());
  EXPECT_GE(*least, *most / 10) << Json(served);
}

// Below everybody else, the tracer included.
TEST_F(Ptrace, StarvesNoThreadOfATargetThatRunsWhenNothingElseDoes) {
  if (has_sanitizer_thread()) GTEST_SKIP() << kSanitizerThread;  // the target is this program
  const EqualThreads target(SCHED_IDLE);
  Watch watch(target.pid(), kAll);
  ASSERT_TRUE(wait_until([&] { return all_have_run(target.pid()); }));
  const auto served = calls_of_threads(target, watch.end());
  ASSERT_EQ(served.size(), EqualThreads::kThreads);
  EXPECT_GT(*std::min_element(served.begin(), served.end()), 0U) << Json(served);
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

}  // namespace
}  // namespace debug_process::e2e
