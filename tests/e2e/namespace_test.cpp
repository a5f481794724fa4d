// PID namespaces: BPF programs know only the initial one's numbers, the user only those of his own.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

class PidNamespace : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    const auto unshare = find_program("unshare");
    if (!unshare) GTEST_SKIP() << "unshare is not installed (package util-linux)";
    unshare_ = *unshare;
    const Result tried = run({unshare_, "--pid", "--fork", "--mount-proc", "/bin/true"});
    if (tried.code != 0) GTEST_SKIP() << "PID namespaces are not allowed here: " << tried.err;
  }

  // A shell that is process 1 of a namespace of its own, with its own /proc.
  [[nodiscard]] std::vector<std::string> inside(const std::string& script) const {
    return {unshare_, "--pid", "--fork", "--kill-child", "--mount-proc", "/bin/sh", "-c", script};
  }

  std::string unshare_;
};

TEST_F(PidNamespace, AToolInsideCountsAProcessInside) {
  const TemporaryDirectory folder;
  const auto file = folder.path() / "report.json";
  const Result result = run(inside(workload_path("sleeper") + " 10 >/dev/null & " + tool_path() +
                                   " --json -d 500ms -o " + file.string() + " $!; kill $!"));
  ASSERT_TRUE(std::filesystem::exists(file)) << result.describe();
  const Json report = Json::parse(read_text(file));
  EXPECT_EQ(report.at("run").at("backend"), "bpf") << report.at("run");
  EXPECT_LT(report.at("target").at("pid"), 100);
  EXPECT_GT(calls(report, "clock_nanosleep"), 10U);
  // Its thread is named with the number it has in there.
  const Json thread = row(report, "threads", "threads", {{"tid", report.at("target").at("pid")}});
  EXPECT_GT(thread.at("calls"), 10);
}

// A file cannot take the place of the kernel's own BTF there: only an iterator tells the numbers
// that processes have outside.
TEST_F(PidNamespace, InsideAGivenBtfDoesNotReplaceTheKernels) {
  const TemporaryDirectory folder;
  const std::string btf = folder.path() / "vmlinux.btf";
  std::filesystem::copy_file("/sys/kernel/btf/vmlinux", btf);
  const Result result =
      run(inside("mount -t tmpfs none /sys/kernel/btf || exit 77; exec " + tool_path() +
                 " --backend bpf -d 100ms --btf " + btf + " -- /bin/true"));
  if (result.code == 77) GTEST_SKIP() << "mounting is not allowed here";
  EXPECT_EQ(result.code, 4) << result.describe();
  EXPECT_THAT(result.err, ::testing::HasSubstr("--pid=host"));
}

TEST_F(PidNamespace, AProcessInsideIsSeenFromOutside) {
  const std::string sleeper = workload_path("sleeper");
  Process shell(inside("exec " + sleeper + " 10"));
  shell.wait_for_output("ready");
  std::ifstream children("/proc/" + std::to_string(shell.pid()) + "/task/" +
                         std::to_string(shell.pid()) + "/children");
  pid_t pid = 0;
  ASSERT_TRUE(children >> pid);
  const Json report = report_on(pid, {"-d", "500ms"});
  EXPECT_EQ(report.at("target").at("pid"), pid);
  EXPECT_EQ(report.at("target").at("ns_pid"), 1);
  EXPECT_GT(calls(report, "clock_nanosleep"), 10U);
}

}  // namespace
}  // namespace debug_process::e2e
