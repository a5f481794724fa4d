// `debug-process doctor`: the verdict, what stands in the way, and that it harms nobody.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Json doctor(const std::vector<std::string>& arguments = {}) {
  std::vector<std::string> all{"doctor", "--json"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const Result result = run_tool(all);
  if (result.code != 0 && result.code != 4) throw std::runtime_error(result.describe());
  return Json::parse(result.out);
}

Json backend_row(const Json& document, const std::string& backend) {
  return row(document, "backends", "backends", {{"backend", backend}});
}

std::string field_of_status(pid_t pid, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return line.substr(field.size() + 1);
  return {};
}

TEST(Doctor, TriesEachBackendThatCanBeNamed) {
  const Json document = doctor();
  for (const char* backend : {"bpf", "ptrace", "sampling"}) {
    const Json row = backend_row(document, backend);
    EXPECT_TRUE(row.at("works").is_boolean()) << row;
    EXPECT_NE(row.at("explanation"), "") << row;
  }
}

TEST(Doctor, BeginsWithTheVerdict) {
  const Result result = run_tool({"doctor"});
  EXPECT_THAT(result.out, StartsWith(doctor().at("doctor").at("verdict").get<std::string>()));
}

TEST(Doctor, SaysByItsExitStatusWhetherCallsCanBeSeen) {
  const Json document = doctor();
  const bool seen =
      backend_row(document, "bpf").at("works") || backend_row(document, "ptrace").at("works");
  EXPECT_EQ(run_tool({"doctor"}).code, seen ? 0 : 4);
}

class DoctorWithBpf : public NeedsBpf {};

TEST_F(DoctorWithBpf, HasNothingToAskForAsRoot) {
  const Json document = doctor();
  EXPECT_EQ(document.at("doctor").at("backend"), "bpf");
  EXPECT_EQ(document.at("doctor").at("remedies"), Json::array());
  EXPECT_EQ(row(document, "rights", "rights", {{"key", "uid"}}).at("value"), 0);
  EXPECT_EQ(row(document, "kernel", "kernel", {{"key", "btf"}}).at("value"), true);
}

TEST_F(DoctorWithBpf, LeavesTheProcessAsItWas) {
  Workload target("counter");
  const auto count = [&target] { return std::stoul(target.ask().substr(6)); };
  const Json document = doctor({std::to_string(target.pid())});
  EXPECT_EQ(document.at("doctor").at("pid"), target.pid());
  EXPECT_EQ(backend_row(document, "bpf").at("works"), true);
  EXPECT_EQ(field_of_status(target.pid(), "TracerPid"), "\t0");
  const auto before = count();
  EXPECT_TRUE(wait_until([&] { return count() > before; })) << "it does not go on";
}

TEST_F(DoctorWithBpf, ToldWhatARunThenDoes) {
  const Workload target("sleeper", {"50"});
  const Json document = doctor({std::to_string(target.pid())});
  const Json report = report_on(target.pid(), {"-d", "300ms"});
  EXPECT_EQ(document.at("doctor").at("backend"), report.at("run").at("backend"));
  for (const auto& [id, section] : report.at("sections").items())
    EXPECT_EQ(row(document, "sections", "sections", {{"section", id}}).at("status"),
              section.at("status"))
        << id << ": " << section.at("reason");
}

TEST_F(DoctorWithBpf, TellsOfAKernelThreadThatItIsSampled) {
  if (read_text("/proc/2/comm") != "kthreadd\n") GTEST_SKIP() << "no kernel threads seen here";
  const Json document = doctor({"2"});
  for (const char* backend : {"bpf", "ptrace"})
    EXPECT_THAT(backend_row(document, backend).at("explanation").get<std::string>(),
                HasSubstr("a kernel thread makes no system calls"));
  EXPECT_EQ(document.at("doctor").at("backend"), "sampling");
  EXPECT_EQ(document.at("doctor").at("remedies"), Json::array());
  const Json report = report_on(2, {"-d", "300ms"});
  EXPECT_EQ(report.at("run").at("backend"), "sampling");
  EXPECT_EQ(report.at("run").at("backend_reason"), "a kernel thread makes no system calls");
}

TEST_F(DoctorWithBpf, GivesARemedyThatNamesThisBinaryToAUserWithoutRights) {
  const auto setpriv = find_program("setpriv");
  if (!setpriv) GTEST_SKIP() << "setpriv is not installed (package util-linux)";
  const TemporaryDirectory folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const std::string tool = folder.path() / "debug process";  // to be quoted for a shell
  std::filesystem::copy_file(tool_path(), tool);
  const Result result = run({*setpriv, "--reuid=65534", "--regid=65534", "--clear-groups",
                             "--inh-caps=-all", tool, "doctor", "--json"});
  const Json document = Json::parse(result.out);
  const Json bpf = backend_row(document, "bpf");
  EXPECT_EQ(bpf.at("works"), false);
  EXPECT_THAT(bpf.at("explanation").get<std::string>(),
              HasSubstr("CAP_BPF and CAP_PERFMON are missing"));
  EXPECT_THAT(document.at("doctor").at("remedies").dump(), HasSubstr("sudo '" + tool + "'"));
  EXPECT_EQ(row(document, "rights", "rights", {{"key", "cap_bpf"}}).at("value"), false);
}

TEST(Doctor, FitsIntoANarrowTerminalButForCommands) {
  const Result result = run_tool({"doctor", "--color", "never"});
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.size() <= 100 || line.starts_with("       ")) << line;
}

TEST(Doctor, AnswersAMissingProcess) {
  Process target({"/bin/true"});
  const pid_t pid = target.pid();
  (void)target.wait();
  const Result result = run_tool({"doctor", std::to_string(pid)});
  EXPECT_EQ(result.code, 3) << result.describe();
  EXPECT_EQ(result.out, "");
}

TEST(Doctor, RefusesAWrongCommandLine) {
  for (const std::vector<std::string>& line : {std::vector<std::string>{"doctor", "x"},
                                               {"doctor", "1", "2"},
                                               {"doctor", "--nope"},
                                               {"doctor", "-1"},
                                               {"doctor", "--btf", "/nonexistent"}}) {
    const Result result = run_tool(line);
    EXPECT_EQ(result.code, 2) << result.describe();
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace debug_process::e2e
