// How a run ends: the target's death, Ctrl-C once and twice, a command's own exit. What was
// collected is never lost. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "e2e/harness.h"
#include "e2e/leftovers.h"
#include "e2e/sanitized.h"

namespace debug_process::e2e {
namespace {

class Ending : public NeedsBpf {};
class OutputFile : public NeedsBpf {
 protected:
  // A file with something in it, and the tool on its way to write its report there.
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    std::ofstream(file()) << "old";
    target_ = std::make_unique<Workload>("sleeper", std::vector<std::string>{"10"});
    tool_ = std::make_unique<Process>(std::vector<std::string>{tool_path(), "--json", "--verbose",
                                                               "-d", "60s", "-o", file().string(),
                                                               std::to_string(target_->pid())});
    tool_->wait_for_error_output("watching");
  }

  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "report.json"; }

  TemporaryDirectory folder_;
  std::unique_ptr<Workload> target_;
  std::unique_ptr<Process> tool_;
};

TEST_F(Ending, ATargetKilledInTheWindowIsReportedWithItsSignal) {
  Workload workload("exits_soon", {"signal", "9"});
  Watch watch(workload.pid());
  workload.send_line();
  EXPECT_EQ(workload.wait().signal, SIGKILL);
  const Json report = watch.wait();
  EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
  EXPECT_EQ(report.at("target").at("exit").at("signal"), SIGKILL);
  EXPECT_LT(report.at("run").at("window_ns").get<double>(), 300e9);
  // Read before it went.
  EXPECT_EQ(report.at("target").at("comm"), "exits_soon");
  EXPECT_GE(metric(report, "files", "open").get<int>(), 3);
}

TEST_F(Ending, ATargetThatExitsInTheWindowIsReportedWithItsStatus) {
  Workload workload("exits_soon", {"exit", "9"});
  Watch watch(workload.pid());
  workload.send_line();
  const Json report = watch.wait();  // even while it is a zombie that nobody reaped
  EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
  EXPECT_EQ(report.at("target").at("exit").at("code"), 9);
}

// Where a crash or a kill found each of them. The calls had lasted all the window.
TEST_F(Ending, TellsTheLastCallOfEachThreadOfATargetThatIsKilled) {
  Workload blocked("blocked");
  Watch watch(blocked.pid());
  blocked.kill(SIGKILL);
  const Json report = watch.wait();
  const std::map<std::string, std::string> calls{{"in-epoll", "epoll_pwait"},
                                                 {"in-futex", "futex"},
                                                 {"in-read", "read"},
                                                 {"in-sleep", "clock_nanosleep"}};
  for (const auto& [thread, call] : calls)
    EXPECT_EQ(row(report, "syscalls", "last_calls", {{"thread", thread}}).at("syscall"), call);
}

// Some thread besides the first.
bool is_stopped_at_calls(pid_t pid) {
  const auto tasks = tasks_of(pid);
  return std::any_of(tasks.begin(), tasks.end(), [pid](const auto& task) {
    return task.filename() != std::to_string(pid) &&
           read_text(task / "stat").find(") t ") != std::string::npos;
  });
}

TEST_F(Ending, TellsTheLastCallOfEachThreadUnderPtraceToo) {
  Workload counter("counter");
  Watch watch(counter.pid(), {"--backend", "ptrace"});
  // Both threads have made calls that were seen: one is asked, and the other stops at its calls.
  ASSERT_TRUE(wait_until([&] { return is_stopped_at_calls(counter.pid()); }));
  (void)ask_count(counter);
  counter.kill(SIGKILL);
  const Json report = watch.wait();
  const Json last = rows(report, "syscalls", "last_calls");
  ASSERT_EQ(last.size(), 2U) << last;
  EXPECT_THAT(row(report, "syscalls", "last_calls", {{"tid", counter.pid()}}).at("syscall"),
              ::testing::AnyOf("read", "write"));
  EXPECT_THAT(last.at(1).at("syscall"), ::testing::AnyOf("clock_nanosleep", "getppid"));
}

TEST_F(Ending, HasNoLastCallsOfATargetThatGoesOn) {
  Workload spawner("thread_spawn", {"20"});
  const Json report = watch_work(spawner);
  EXPECT_TRUE(rows(report, "syscalls", "last_calls").empty());
}

TEST_F(Ending, TheFirstInterruptEndsTheWindowAndTheReportIsPrinted) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    Workload workload("sleeper", {"10"});
    Watch watch(workload.pid());
    watch.tool().kill(signal_number);
    const Json report = watch.wait();
    EXPECT_EQ(report.at("run").at("ended_by"), "interrupt");
    EXPECT_LT(report.at("run").at("window_ns").get<double>(), 300e9);
  }
}

TEST_F(Ending, TheSecondInterruptEndsTheTool) {
  Workload workload("sleeper", {"10"});
  Watch watch(workload.pid());
  // Stopped, it gets both at once; two different ones, as equal ones are merged.
  watch.tool().kill(SIGSTOP);
  watch.tool().kill(SIGINT);
  watch.tool().kill(SIGTERM);
  watch.tool().kill(SIGCONT);
  const Result result = watch.tool().wait();
  EXPECT_EQ(result.code, 130) << result.describe();
}

TEST_F(Ending, ACommandsStatusIsOurs) {
  const std::string program = workload_path("exits_soon");
  EXPECT_EQ(run_tool({"--", program, "exit", "0", "--now"}).code, 0);
  EXPECT_EQ(run_tool({"--", program, "exit", "7", "--now"}).code, 7);
  EXPECT_EQ(run_tool({"--", program, "signal", "9", "--now"}).code, 128 + 9);
  EXPECT_EQ(run_tool({"--", program, "signal", "15", "--now"}).code, 128 + 15);
}

TEST_F(Ending, ACommandsStatusIsOursEvenWhereSigchldCameIgnored) {
  if (run({"env", "--ignore-signal=CHLD", "true"}).code != 0)
    GTEST_SKIP() << "needs env --ignore-signal (coreutils 8.31)";
  for (const char* backend : {"bpf", "ptrace", "sampling"}) {
    const Result result = run({"env", "--ignore-signal=CHLD", tool_path(), "-s", "--backend",
                               backend, "--", "sh", "-c", "exit 3"});
    EXPECT_EQ(result.code, 3) << backend << ": " << result.describe();
  }
}

TEST_F(Ending, ACommandIsFoundInPathAndSeesItsArgumentsAndInput) {
  Process tool({tool_path(), "--json", "-o", "/dev/null", "--", "sh", "-c",
                "read line; echo \"got $line $1\"", "sh", "argument with spaces"});
  tool.send_line("input");
  const Result result = tool.wait();
  EXPECT_EQ(result.code, 0) << result.describe();
  EXPECT_THAT(result.out, ::testing::HasSubstr("got input argument with spaces\n"));
}

TEST_F(Ending, ACommandKilledByAnInterruptIsStillReported) {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "report.json";
  Process tool({tool_path(), "--json", "--verbose", "-o", file.string(), "--",
                workload_path("sleeper"), "10"});
  tool.wait_for_output("ready");
  tool.kill(SIGINT);
  (void)tool.wait();
  const Json report = Json::parse(read_text(file));
  EXPECT_GT(calls(report, "clock_nanosleep") + rows(report, "syscalls", "in_flight").size(), 0U);
}

TEST_F(OutputFile, IsThereWholeOrNotAtAll) {
  EXPECT_EQ(read_text(file()), "old");
  tool_->kill(SIGINT);
  const Result result = tool_->wait();
  EXPECT_EQ(result.code, 0) << result.describe();
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(Json::parse(read_text(file())).at("schema_version"), 1);
  const std::filesystem::directory_iterator entries(folder_.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "a temporary file was left";
}

TEST_F(OutputFile, KeepsTheOldReportWhenTheToolIsKilled) {
  tool_->kill(SIGKILL);
  (void)tool_->wait();
  EXPECT_EQ(read_text(file()), "old");
}

TEST_F(Ending, AReportCanGoToADevice) {
  Workload target("sleeper", {"10"});
  const Result result =
      run_tool({"--json", "-d", "200ms", "-o", "/dev/stdout", std::to_string(target.pid())});
  EXPECT_EQ(parse_report(result).at("schema_version"), 1);
}

// Opens a file every 10 ms, and dies of it after some seconds.
constexpr const char* kOpensAndDies = R"(
import os, signal, time
print("ready", flush=True)
files = []
while len(files) < 400:
    files.append(open("/dev/null"))
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
)";

// How shortly goes by what it takes to read it.
TEST_F(Ending, OfAProcessShowsItAsItWasShortlyBefore) {
  if (sanitized()) GTEST_SKIP() << kSanitized;
  if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "python3 is not installed";
  Process target({"/usr/bin/python3", "-c", kOpensAndDies});
  target.wait_for_output("ready");
  const Json report = report_on(target.pid(), {"-d", "60s"});
  EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
  EXPECT_EQ(report.at("sections").at("files").at("status"), "partial");
  // At the window's start there were few.
  EXPECT_GT(metric(report, "files", "open"), 100);
  // But for what is known better.
  EXPECT_EQ(metric(report, "process", "state"), "exited");
}

}  // namespace
}  // namespace debug_process::e2e
