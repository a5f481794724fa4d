// Rights that are missing, and kernels without BTF: a report of what can be read, and why there is
// no more. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "e2e/as_nobody.h"
#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class Permission : public AsNobody {
 protected:
  [[nodiscard]] std::string sleeper() const { return workload("sleeper"); }
};

void expect_reason(const Json& report, const std::string& why_no_better_backend) {
  EXPECT_THAT(report.at("run").at("backend_reason").get<std::string>(),
              HasSubstr(why_no_better_backend));
}

// File capabilities give everybody the right to use BPF, and not that to look into the processes of
// others.
TEST_F(Permission, BpfAloneIsNoRightToWatchAProcessOfRoot) {
  if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
  const Workload target("sleeper", {"50"});
  const std::vector<std::string> with_bpf = {as_nobody_[0],
                                             as_nobody_[1],
                                             as_nobody_[2],
                                             as_nobody_[3],
                                             "--inh-caps=-all,+bpf,+perfmon",
                                             "--ambient-caps=+bpf,+perfmon"};
  const auto run_on = [&](pid_t pid) {
    std::vector<std::string> argv = with_bpf;
    argv.insert(argv.end(), {tool(), "--json", "-d", "300ms", std::to_string(pid)});
    return parse_report(run(argv));
  };
  expect_reason(run_on(target.pid()), "it belongs to another user, and CAP_SYS_PTRACE is missing");

  Process own(as_nobody({sleeper(), "50"}));
  own.wait_for_output("ready");
  const Json report = run_on(own.pid());
  EXPECT_EQ(report.at("run").at("backend"), "bpf") << report.at("run").dump();
}

// Not dumpable, as a binary with file capabilities is, and its child too until its execve.
TEST_F(Permission, FileCapabilitiesSufficeForACommandAndNotForAnotherUsersOrWhatProtectsItself) {
  if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
  const auto setcap = find_program("setcap");
  if (!setcap) GTEST_SKIP() << "setcap is not installed (package libcap2-bin)";
  if (run({*setcap, "cap_bpf,cap_perfmon+ep", tool()}).code != 0)
    GTEST_SKIP() << "no file capabilities in this folder";
  // Through a shell: setpriv keeps its permitted capabilities until its execve, and to a process
  // that gains none the kernel leaves it to be dumpable.
  const std::vector<std::string> nobody = as_nobody({"sh", "-c", "exec \"$@\"", "sh"});
  const auto run_with = [&](std::vector<std::string> argv, const std::vector<std::string>& more) {
    argv.insert(argv.end(), more.begin(), more.end());
    return run(argv);
  };
  const Json of_command =
      parse_report(run_with(nobody, {tool(), "--json", "--", "sh", "-c", "exit 0"}));
  EXPECT_EQ(of_command.at("run").at("backend"), "bpf") << of_command.at("run").dump();

  // Another copy of the tool, which watches a sleeper: not dumpable.
  std::vector<std::string> argv = nobody;
  argv.insert(argv.end(), {tool(), "--json", "-o", "/dev/null", "--", sleeper(), "50"});
  Process protects_itself(argv);
  protects_itself.wait_for_output("ready");
  const Json report = parse_report(
      run_with(nobody, {tool(), "--json", "-d", "300ms", std::to_string(protects_itself.pid())}));
  EXPECT_NE(report.at("run").at("backend"), "bpf") << report.at("run").dump();
  expect_reason(report, "it is not dumpable");

  const Workload of_root("sleeper", {"50"});
  const Json refused = parse_report(
      run_with(nobody, {tool(), "--json", "-d", "300ms", std::to_string(of_root.pid())}));
  EXPECT_NE(refused.at("run").at("backend"), "bpf") << refused.at("run").dump();
  expect_reason(refused, "it belongs to another user, and CAP_SYS_PTRACE is missing");
}

TEST_F(Permission, AProcessOfRootSeenByAnotherUser) {
  const Workload target("sleeper", {"50"});
  const Result result =
      run(as_nobody({tool(), "--json", "-d", "300ms", std::to_string(target.pid())}));
  ASSERT_THAT(result.code.value_or(-1), AnyOf(0, 4)) << result.describe();
  if (result.code == 4) {
    EXPECT_THAT(result.err, HasSubstr("root"));
    return;
  }
  const Json report = Json::parse(result.out);
  // Nobody but root may see its calls: no backend that sees them, and why.
  EXPECT_THAT(report.at("run").at("backend"), AnyOf("sampling", "none"));
  expect_reason(report, "CAP_BPF and CAP_PERFMON are missing");
  EXPECT_NE(report.at("sections").at("syscalls").at("status"), "complete");
  EXPECT_TRUE(metric(report, "syscalls", "calls").is_null());
  // The limits are for all to read, the descriptors are not. Their number is, from Linux 6.2 on:
  // the size of the directory. An unknown number is null, not 0.
  EXPECT_NE(report.at("sections").at("files").at("status"), "complete");
  EXPECT_NE(report.at("sections").at("files").at("reason"), "");
  const std::filesystem::directory_iterator descriptors("/proc/" + std::to_string(target.pid()) +
                                                        "/fd");
  const auto open = std::distance(begin(descriptors), end(descriptors));
  EXPECT_THAT(metric(report, "files", "open"), AnyOf(Json(), Json(open)));
  EXPECT_NE(report.at("sections").at("process").at("status"), "unavailable");
  EXPECT_EQ(metric(report, "process", "uid"), 0);
}

TEST_F(Permission, OnesOwnProcessWithoutCapabilities) {
  Process target(as_nobody({sleeper(), "50"}));
  target.wait_for_output("ready");
  const Json report =
      parse_report(run(as_nobody({tool(), "--json", "-d", "300ms", std::to_string(target.pid())})));
  EXPECT_THAT(report.at("run").at("backend"), AnyOf("ptrace", "sampling"));
  expect_reason(report, "CAP_BPF and CAP_PERFMON are missing");
  EXPECT_NE(report.at("sections").at("syscalls").at("status"), "unavailable");
  // All but who is at the other ends of its three pipes: that is us, and we are root.
  EXPECT_EQ(report.at("sections").at("files").at("status"), "partial");
  EXPECT_THAT(report.at("sections").at("files").at("reason").get<std::string>(),
              HasSubstr("the processes at the other end of 3 pipes"));
  EXPECT_EQ(metric(report, "files", "pipe_ends_not_found"), 3);
  EXPECT_EQ(report.at("sections").at("memory").at("status"), "complete");
  EXPECT_EQ(metric(report, "files", "open"), 3);
}

TEST_F(Permission, ABackendNamedByHandThatCannotRunIsAnError) {
  Process target(as_nobody({sleeper(), "50"}));
  target.wait_for_output("ready");
  const Result result =
      run(as_nobody({tool(), "--backend", "bpf", "-d", "300ms", std::to_string(target.pid())}));
  EXPECT_EQ(result.code, 4) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("CAP_BPF"));
  EXPECT_EQ(result.out, "");
}

TEST_F(Permission, TheOneCapabilityThatIsMissingIsNamed) {
  const Workload target("sleeper", {"50"});
  const Result result =
      run({as_nobody_.front(), "--bounding-set=-perfmon,-sys_admin", "--inh-caps=-all", tool(),
           "--backend", "bpf", "-d", "300ms", std::to_string(target.pid())});
  EXPECT_EQ(result.code, 4) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("CAP_PERFMON is missing"));
}

TEST_F(Permission, RootOfANestedUserNamespaceIsToldSo) {
  const auto unshare = find_program("unshare");
  if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
  const std::vector<std::string> nested{*unshare, "--user", "--map-root-user"};
  if (run({nested[0], nested[1], nested[2], "/bin/true"}).code != 0)
    GTEST_SKIP() << "user namespaces are not allowed here";
  const Workload target("sleeper", {"50"});
  const Result result = run({nested[0], nested[1], nested[2], tool(), "--backend", "bpf", "-d",
                             "300ms", std::to_string(target.pid())});
  EXPECT_EQ(result.code, 4) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("nested user namespace"));
}

class NoBtf : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    const auto unshare = find_program("unshare");
    if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
    // An empty folder over the kernel's BTF, in a mount namespace that ends with the command.
    hidden_ = {
        *unshare, "--mount", "/bin/sh", "-c", R"(mount -t tmpfs none /sys/kernel/btf && exec "$@")",
        "sh"};
    if (run(without_btf({"/bin/true"})).code != 0) GTEST_SKIP() << "mounting is not allowed here";
  }

  [[nodiscard]] std::vector<std::string> without_btf(const std::vector<std::string>& argv) const {
    std::vector<std::string> result = hidden_;
    result.insert(result.end(), argv.begin(), argv.end());
    return result;
  }

  std::vector<std::string> hidden_;
};

TEST_F(NoBtf, AnotherBackendTakesOverAndSaysWhy) {
  const Workload target("sleeper", {"50"});
  const Json report = parse_report(
      run(without_btf({tool_path(), "--json", "-d", "300ms", std::to_string(target.pid())})));
  EXPECT_THAT(report.at("run").at("backend"), AnyOf("ptrace", "sampling"));
  expect_reason(report, "this kernel has no BTF");
  for (const char* section : {"process", "files", "memory", "threads", "sockets", "host"}) {
    EXPECT_NE(report.at("sections").at(section).at("status"), "unavailable") << section;
  }
}

TEST_F(NoBtf, TheBpfBackendByNameIsAnError) {
  const Workload target("sleeper", {"50"});
  const Result result = run(
      without_btf({tool_path(), "--backend", "bpf", "-d", "300ms", std::to_string(target.pid())}));
  EXPECT_EQ(result.code, 4) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("BTF"));
}

// libbpf finds no BTF but the file's. The kernel itself still has its own: that the programs do
// without it is in how they are built (bpf/syscall_stats_raw.bpf.c), and not shown here.
class GivenBtf : public NoBtf {
 protected:
  void SetUp() override {
    NoBtf::SetUp();
    if (IsSkipped()) return;
    std::filesystem::copy_file("/sys/kernel/btf/vmlinux", file());
  }

  [[nodiscard]] std::string file() const { return folder_.path() / "vmlinux.btf"; }

  // A command's report with only the file to go by.
  [[nodiscard]] Json report_with_file(const std::vector<std::string>& command,
                                      int expected_code = 0) const {
    const std::string output = folder_.path() / "report.json";
    std::vector<std::string> argv{tool_path(), "--json", "-o",   output, "--max-overhead",
                                  "none",      "--btf",  file(), "--"};
    argv.insert(argv.end(), command.begin(), command.end());
    // In the C locale no program looks for translations that are not there.
    const Result result = run(without_btf(argv), {"LC_ALL=C"});
    if (result.code != expected_code) throw std::runtime_error(result.describe());
    return Json::parse(read_text(output));
  }

  TemporaryDirectory folder_;
};

TEST_F(GivenBtf, CountsExactly) {
  const Json report = report_with_file({workload_path("getppid_loop"), "12345"});
  EXPECT_EQ(report.at("run").at("backend"), "bpf") << report.at("run");
  EXPECT_EQ(report.at("collection").at("counts"), "exact");
  EXPECT_EQ(calls(report, "getppid"), 12345U);
  EXPECT_EQ(losses(report), "");
}

TEST_F(GivenBtf, ReadsArgumentsAndTheExitStatus) {
  const Json report = report_with_file({"/bin/cat", "/nonexistent/example"}, 1);
  const Json failed = row(report, "errors", "errors", {{"example", "/nonexistent/example"}});
  EXPECT_EQ(failed.at("errno"), "ENOENT");
  EXPECT_EQ(failed.at("syscall"), "openat");
  EXPECT_EQ(report.at("target").at("exit").at("code"), 1);
}

TEST_F(GivenBtf, FollowsAnExecveOfAThread) {
  const std::string line = folder_.path() / "line";
  std::ofstream(line) << "go\n";
  const Json report = report_with_file(
      {"/bin/sh", "-c", "exec " + workload_path("exec_from_thread") + " /bin/true < " + line});
  EXPECT_EQ(report.at("run").at("backend"), "bpf");
  EXPECT_EQ(losses(report), "");
  EXPECT_EQ(calls(report, "execve"), 3U);
}

TEST_F(GivenBtf, ReportsOnARunningProcess) {
  Workload target("getppid_loop", {"1000", "--wait-for-start"});
  Process tool(without_btf({tool_path(), "--json", "--verbose", "-d", "300s", "--max-overhead",
                            "none", "--btf", file(), std::to_string(target.pid())}));
  tool.wait_for_error_output("watching");
  target.go();
  tool.kill(SIGINT);
  const Json report = parse_report(tool.wait());
  EXPECT_EQ(report.at("run").at("backend"), "bpf");
  EXPECT_EQ(calls(report, "getppid"), 1000U);
}

TEST(BtfFile, ThatCannotBeUsedIsAWrongCommandLine) {
  for (const std::string file : {"/nonexistent/btf", "/proc/self/status", "/proc"}) {
    const Result result = run_tool({"--btf", file, "-d", "100ms", "1"});
    EXPECT_EQ(result.code, 2) << result.describe();
    EXPECT_THAT(result.err, HasSubstr(file));
    EXPECT_EQ(result.out, "");
  }
}

TEST(BtfFile, ThatIsADirectoryIsCalledOne) {
  const Result result = run_tool({"--btf", "/sys/kernel", "-d", "100ms", "1"});
  EXPECT_EQ(result.code, 2) << result.describe();
  EXPECT_THAT(result.err, HasSubstr("/sys/kernel: it is a directory"));
  EXPECT_THAT(result.err, HasSubstr("name the file"));
}

}  // namespace
}  // namespace debug_process::e2e
