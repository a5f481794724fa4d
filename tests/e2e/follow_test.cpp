// --follow: each process of the family has its row, and nothing of what they did is missed.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <numeric>
#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kFollow = {"--follow", "--max-overhead", "none"};

std::vector<Json> processes(const Json& report, const Json& where = Json::object()) {
  return rows(report, "process", "processes", where);
}

std::uint64_t sum_of_rows(const Json& report, const std::string& column) {
  const auto all = processes(report);
  return std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                         [&column](std::uint64_t sum, const Json& process) {
                           return sum + process.at(column).get<std::uint64_t>();
                         });
}

void expect_rows_add_up(const Json& report) {
  EXPECT_EQ(sum_of_rows(report, "calls"), metric(report, "syscalls", "calls"));
  EXPECT_EQ(sum_of_rows(report, "errors"), metric(report, "syscalls", "errors"));
  EXPECT_EQ(metric(report, "process", "processes"), processes(report).size());
  EXPECT_EQ(losses(report), "");
}

Json report_on_followed_command(const std::vector<std::string>& command) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "report.json";
  std::vector<std::string> arguments = {"--json", "-o", file.string()};
  arguments.insert(arguments.end(), kFollow.begin(), kFollow.end());
  arguments.emplace_back("--");
  arguments.insert(arguments.end(), command.begin(), command.end());
  const Result result = run_tool(arguments);
  if (!std::filesystem::exists(file)) throw std::runtime_error(result.describe());
  return Json::parse(read_text(file));
}

using Follow = NeedsBpf;

TEST_F(Follow, GivesEachOfFiveHundredChildrenASecondItsRow) {
  constexpr std::uint64_t kChildren = 1000;
  constexpr std::uint64_t kCalls = 20;
  Workload workload("fork_storm", {std::to_string(kChildren), "500", std::to_string(kCalls)});
  const Json report = watch_work(workload, kFollow);
  EXPECT_EQ(calls(report, "getppid"), kChildren * kCalls);
  const auto children = processes(report, {{"parent", workload.pid()}});
  ASSERT_EQ(children.size(), kChildren);
  for (const Json& child : children) {
    // And what it takes to begin and to end.
    EXPECT_GT(child.at("calls"), kCalls) << child;
    EXPECT_LT(child.at("calls"), 2 * kCalls) << child;
    EXPECT_EQ(child.at("started_in_window"), true);
    EXPECT_EQ(child.at("ended_in_window"), true);
    EXPECT_EQ(child.at("name"), "fork_storm");
  }
  EXPECT_EQ(processes(report, {{"exit_code", 3}}).size(), kChildren * 9 / 10);
  EXPECT_EQ(processes(report, {{"exit_signal", 9}}).size(), kChildren / 10);
  EXPECT_EQ(metric(report, "process", "processes_started"), kChildren);
  EXPECT_EQ(metric(report, "process", "processes_ended"), kChildren);
  expect_rows_add_up(report);
}

TEST_F(Follow, TakesThoseThatWereThereAndTheirChildrenAndWhatTheyStart) {
  Workload workload("family");
  const Json report = watch_work(workload, kFollow);
  EXPECT_EQ(calls(report, "getppid"), 16'100U);
  ASSERT_EQ(processes(report).size(), 4U);
  const Json parent = row(report, "process", "processes", {{"pid", workload.pid()}});
  const Json child = row(report, "process", "processes", {{"name", "child"}});
  const Json grandchild = row(report, "process", "processes", {{"name", "grandchild"}});
  const Json executed = row(report, "process", "processes", {{"name", "executed"}});
  EXPECT_EQ(child.at("parent"), parent.at("pid"));
  EXPECT_EQ(grandchild.at("parent"), child.at("pid"));
  EXPECT_EQ(executed.at("parent"), grandchild.at("pid"));
  const auto between = [](const Json& process, int least, int most) {
    EXPECT_GE(process.at("calls"), least) << process;
    EXPECT_LT(process.at("calls"), most) << process;
  };
  between(parent, 100, 200);
  between(child, 1000, 1100);
  between(grandchild, 10'000, 10'100);
  between(executed, 5000, 5200);
  EXPECT_EQ(grandchild.at("started_in_window"), false);
  EXPECT_EQ(grandchild.at("state"), "sleeping");
  EXPECT_EQ(executed.at("started_in_window"), true);
  EXPECT_EQ(executed.at("exit_code"), 7);
  expect_rows_add_up(report);
}

TEST_F(Follow, IsNotWhatHappensWithoutIt) {
  Workload workload("family");
  const Json report = watch_work(workload, {"--max-overhead", "none"});
  EXPECT_EQ(calls(report, "getppid"), 100U);
  EXPECT_FALSE(report.at("sections").at("process").at("tables").contains("processes"));
  EXPECT_FALSE(report.at("sections").at("process").at("metrics").contains("processes"));
}

TEST_F(Follow, DoesNotCountTheFirstReturnOfAForkedChild) {
  constexpr std::uint64_t kChildren = 200;
  Workload workload("fork_loop", {std::to_string(kChildren)});
  const Json report = watch_work(workload, kFollow);
  EXPECT_EQ(calls(report, "clone") + calls(report, "fork"), kChildren);
  EXPECT_EQ(calls(report, "getppid"), kChildren * 10);
  EXPECT_EQ(calls(report, "exit_group"), kChildren);
  EXPECT_EQ(calls(report, "wait4"), kChildren);
  EXPECT_EQ(processes(report).size(), kChildren + 1);
  expect_rows_add_up(report);
}

TEST_F(Follow, TakesChildrenByVfork) {
  constexpr std::uint64_t kChildren = 200;
  Workload workload("vfork_loop", {std::to_string(kChildren)});
  const Json report = watch_work(workload, kFollow);
  EXPECT_EQ(calls(report, "vfork") + calls(report, "clone"), kChildren);
  EXPECT_EQ(calls(report, "exit_group"), kChildren);
  EXPECT_EQ(processes(report, {{"exit_code", 0}}).size(), kChildren);
  expect_rows_add_up(report);
}

TEST_F(Follow, ObeysTheFilter) {
  Workload workload("fork_storm", {"20", "500", "30"});
  Json report = watch_work(workload, {"-f", "--max-overhead", "none", "-e", "getppid"});
  EXPECT_EQ(calls(report, "getppid"), 600U);
  EXPECT_EQ(metric(report, "syscalls", "calls"), 600);
  EXPECT_EQ(processes(report, {{"calls", 30}}).size(), 20U);
  expect_rows_add_up(report);
}

TEST_F(Follow, SaysWhoseTheOtherSectionsAre) {
  Workload workload("family");
  const Result result = run_tool({"-f", "-d", "200ms", std::to_string(workload.pid())});
  EXPECT_THAT(result.out, HasSubstr("files, sockets, memory and the table of threads are of " +
                                    std::to_string(workload.pid()) + " alone"));
}

// Lines of `strace -c -U name,calls`.
std::map<std::string, std::uint64_t> parse_strace(const std::string& text) {
  std::map<std::string, std::uint64_t> counts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t calls = 0;
    if (words >> name >> calls && name != "total") counts[name] = calls;
  }
  return counts;
}

TEST_F(Follow, AgreesWithStraceOnAPipeline) {
  const auto strace = find_program("strace");
  if (!strace) GTEST_SKIP() << "strace is not installed";
  const std::vector<std::string> command = {"/bin/sh", "-c",
                                            "echo some words | cat | sort | wc -c; :"};
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "strace").string();
  std::vector<std::string> traced = {*strace, "-f", "-c", "-U", "name,calls", "-o", file};
  traced.insert(traced.end(), command.begin(), command.end());
  ASSERT_EQ(run(traced).code, 0);
  auto expected = parse_strace(read_text(file));
  const Json report = report_on_followed_command(command);
  // The shell and the ends of its pipeline: echo is built in. strace does not count what never
  // returns.
  expected["exit_group"] = processes(report).size();
  EXPECT_EQ(processes(report).size(), 5U);
  // How often it waits, is interrupted or has to ask again depends on who is first: a fork, too, is
  // made again when the end of another child comes between. Where libraries are to begin at
  // multiples of 64 kB, as on arm64, the loader unmaps what is before, unless there is nothing.
  for (const char* varies : {"wait4", "rt_sigreturn", "poll", "ppoll", "futex", "read",
                             "sched_getaffinity", "clone", "munmap"})
    expected.erase(varies);
  const Json forks = row(report, "syscalls", "syscalls", {{"syscall", "clone"}});
  EXPECT_EQ(forks.at("calls").get<std::uint64_t>() - forks.at("restarts").get<std::uint64_t>(), 4U);
  for (const auto& [name, count] : expected) EXPECT_EQ(calls(report, name), count) << name;
  expect_rows_add_up(report);
}

TEST_F(Follow, EndsWithTheTargetAndNotWithItsChildren) {
  const Json report = report_on_followed_command({"/bin/sh", "-c", "sleep 30 >/dev/null & exit 4"});
  EXPECT_EQ(report.at("run").at("ended_by"), "target-exit");
  ASSERT_EQ(processes(report).size(), 2U);
  const Json shell = row(report, "process", "processes", {{"exit_code", 4}});
  const Json sleeper = row(report, "process", "processes", {{"parent", shell.at("pid")}});
  EXPECT_EQ(sleeper.at("ended_in_window"), false);
  ::kill(sleeper.at("pid").get<pid_t>(), SIGKILL);
}

TEST_F(Follow, KnowsChildrenByTheirNumbersInAPidNamespace) {
  const auto unshare = find_program("unshare");
  if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
  const std::vector<std::string> inside = {*unshare, "--pid", "--fork", "--kill-child",
                                           "--mount-proc"};
  const auto in_namespace = [&inside](const std::string& script) {
    std::vector<std::string> argv = inside;
    argv.insert(argv.end(), {"/bin/sh", "-c", script});
    return argv;
  };
  const Result tried = run(in_namespace("true"));
  if (tried.code != 0) GTEST_SKIP() << "PID namespaces are not allowed here: " << tried.err;
  const TemporaryDirectory folder;
  const auto file = folder.path() / "report.json";
  // Each step waits for the one before it.
  const std::string script =
      "cd " + folder.path().string() + "; mkfifo in; " + workload_path("family") +
      " <in >out & family=$!; exec 3>in; until grep -q ready out; do sleep 0.02; done; " +
      tool_path() + " --json --verbose --follow --max-overhead none -d 60s -o " + file.string() +
      " $family 2>log 3>&- & tool=$!; until grep -q watching log; do sleep 0.02; done; echo >&3; " +
      "until grep -q done out; do sleep 0.02; done; exec 3>&-; wait $tool";
  const Result result = run(in_namespace(script));
  ASSERT_TRUE(std::filesystem::exists(file)) << result.describe();
  const Json report = Json::parse(read_text(file));
  EXPECT_EQ(calls(report, "getppid"), 16'100U);
  for (const Json& process : processes(report)) {
    ASSERT_TRUE(process.at("pid").is_number()) << process;
    EXPECT_LT(process.at("pid"), 100) << process;
  }
  const Json grandchild = row(report, "process", "processes", {{"name", "grandchild"}});
  const Json executed = row(report, "process", "processes", {{"name", "executed"}});
  EXPECT_EQ(executed.at("parent"), grandchild.at("pid"));
  expect_rows_add_up(report);
}

}  // namespace
}  // namespace debug_process::e2e
