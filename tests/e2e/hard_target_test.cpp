// Targets that are hard to watch, under each backend: the report is made, and the target is left as
// it was. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>

#include "e2e/harness.h"
#include "e2e/leftovers.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

class HardTarget : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
  }

  static std::vector<std::string> options(const std::string& duration) {
    return {"--backend", GetParam(), "-d", duration, "--max-overhead", "none"};
  }
  static Json report_on_it(pid_t pid, const std::string& duration = "300ms") {
    Json report = report_on(pid, options(duration));
    EXPECT_EQ(report.at("run").at("backend"), GetParam());
    return report;
  }
  static void expect_not_traced(pid_t pid) {
    EXPECT_EQ(status_line(pid, "TracerPid"), "TracerPid:\t0");
    EXPECT_THAT(status_line(pid, "State"), ::testing::Not(HasSubstr("tracing")));
  }
};

TEST_P(HardTarget, InAnUninterruptibleSleep) {
  Workload parent("vfork_wait");
  ASSERT_TRUE(wait_until(
      [&] { return status_line(parent.pid(), "State").find("D (") != std::string::npos; }));
  const Json report = report_on_it(parent.pid());
  const std::string vfork = call_here({"vfork", "clone"});
  EXPECT_EQ(rows(report, "syscalls", "in_flight", {{"syscall", vfork}}).size(), 1U)
      << report.at("sections").at("syscalls").dump(1);
  expect_not_traced(parent.pid());
  parent.close_input();
  EXPECT_EQ(parent.wait().code, 0);
}

// A cgroup (version 1) of one process, frozen; thawed before it is removed.
class Freezer {
 public:
  explicit Freezer(pid_t pid)
      : folder_("/sys/fs/cgroup/freezer/debug-process-test-" + std::to_string(pid)) {
    if (::mkdir(folder_.c_str(), 0700) != 0) return;
    made_ = true;
    write("cgroup.procs", std::to_string(pid));
    write("freezer.state", "FROZEN");
  }
  ~Freezer() {
    if (!made_) return;
    thaw();
    // Its process has to leave first.
    std::ifstream processes(folder_ + "/cgroup.procs");
    for (pid_t pid = 0; processes >> pid;)
      std::ofstream("/sys/fs/cgroup/freezer/cgroup.procs") << pid << std::flush;
    ::rmdir(folder_.c_str());
  }
  Freezer(const Freezer&) = delete;
  Freezer& operator=(const Freezer&) = delete;

  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] bool is_frozen() const {
    return read_text(folder_ + "/freezer.state") == "FROZEN\n";
  }
  void thaw() const { write("freezer.state", "THAWED"); }

 private:
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(folder_ + "/" + file) << text << std::flush;
  }

  std::string folder_;
  bool made_ = false;
};

TEST_P(HardTarget, FrozenByItsCgroup) {
  Workload counter("counter");
  Freezer freezer(counter.pid());
  if (!freezer.made()) GTEST_SKIP() << "no freezer of cgroup version 1 here";
  ASSERT_TRUE(wait_until([&] { return freezer.is_frozen(); }));
  const Json report = report_on_it(counter.pid());
  EXPECT_THAT(report.at("sections").at("threads").at("tables").at("threads").size(), 2U);
  EXPECT_TRUE(freezer.is_frozen()) << "it is left as it was";
  freezer.thaw();
  expect_goes_on(counter);
}

TEST_P(HardTarget, TheToolItself) {
  std::string command = "exec " + tool_path() + " --json";
  for (const std::string& option : options("300ms")) command += " " + option;
  const Result result = run({"/bin/sh", "-c", command + " $$"});
  if (GetParam() == "ptrace") {
    EXPECT_EQ(result.code, 4) << result.describe();
    EXPECT_THAT(result.err, HasSubstr("itself"));
    return;
  }
  const Json report = parse_report(result);
  EXPECT_EQ(report.at("target").at("comm"), "debug-process");
}

// The machine's own is not for ptrace: what is tested must not be able to take it down.
TEST_P(HardTarget, ProcessOne) {
  if (GetParam() != "ptrace") {
    EXPECT_EQ(report_on_it(1).at("target").at("pid"), 1);
    return;
  }
  const auto unshare = find_program("unshare");
  if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
  const TemporaryDirectory folder;
  const std::string file = folder.path() / "report.json";
  std::string tool = tool_path() + " --json -o " + file;
  for (const std::string& option : options("300ms")) tool += " " + option;
  // The shell that starts the tool is process 1, and goes on afterwards.
  const Result result = run(
      {*unshare, "--pid", "--fork", "--mount-proc", "/bin/sh", "-c", tool + " 1; echo goes on"});
  if (result.out.empty()) GTEST_SKIP() << "PID namespaces are not allowed here: " << result.err;
  EXPECT_THAT(result.out, HasSubstr("goes on"));
  EXPECT_EQ(Json::parse(read_text(file)).at("target").at("pid"), 1);
}

TEST_P(HardTarget, OfFiveThousandThreads) {
  Workload crowd("many_threads", {"5000"});
  const Json report = report_on_it(crowd.pid(), "1s");
  EXPECT_EQ(metric(report, "threads", "threads"), 5001);
  // What is left of its threads and ours: nobody is held.
  expect_not_traced(crowd.pid());
  EXPECT_THAT(status_line(crowd.pid(), "State"), HasSubstr("S (sleeping)"));
}

TEST_P(HardTarget, WhoseThreadsComeAndGo) {
  constexpr std::uint64_t kThreads = 3000;
  Workload spawner("thread_spawn", {std::to_string(kThreads)});
  const Json report = watch_work(spawner, {"--backend", GetParam()});
  EXPECT_EQ(report.at("run").at("ended_by"), "interrupt");
  if (GetParam() == "sampling") {
    EXPECT_TRUE(metric(report, "syscalls", "calls").is_null());
    return;
  }
  EXPECT_EQ(calls(report, "getppid"), kThreads);
  EXPECT_EQ(metric(report, "threads", "exited_threads"), kThreads);
  expect_not_traced(spawner.pid());
}

INSTANTIATE_TEST_SUITE_P(EachBackend, HardTarget, ::testing::Values("bpf", "ptrace", "sampling"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace debug_process::e2e
