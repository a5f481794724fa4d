// Rights that are missing, and kernels without BTF: a report of what can be read, and why there is
// no more. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr const char* kNobody = "65534";

// The tool and the workloads where a user without rights can run them, whatever the folder of the
// build is like.
class Permission : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
    const auto setpriv = find_program("setpriv");
    if (!setpriv) GTEST_SKIP() << "setpriv is not installed (package util-linux)";
    namespace fs = std::filesystem;
    fs::permissions(folder_.path(), fs::perms(0755));
    fs::copy_file(tool_path(), tool());
    fs::copy_file(workload_path("sleeper"), sleeper());
    as_nobody_ = {*setpriv, std::string("--reuid=") + kNobody, std::string("--regid=") + kNobody,
                  "--clear-groups", "--inh-caps=-all"};
  }

  [[nodiscard]] std::string tool() const { return folder_.path() / "debug-process"; }
  [[nodiscard]] std::string sleeper() const { return folder_.path() / "sleeper"; }

  [[nodiscard]] std::vector<std::string> as_nobody(const std::vector<std::string>& argv) const {
    std::vector<std::string> result = as_nobody_;
    result.insert(result.end(), argv.begin(), argv.end());
    return result;
  }

  TemporaryDirectory folder_;
  std::vector<std::string> as_nobody_;
};

void expect_unavailable(const Json& report, const std::string& section) {
  SCOPED_TRACE(section);
  const Json& found = report.at("sections").at(section);
  EXPECT_EQ(found.at("status"), "unavailable");
  EXPECT_TRUE(found.at("reason").is_string() && found.at("reason") != "") << found.at("reason");
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
  expect_unavailable(report, "syscalls");
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
  expect_unavailable(report, "syscalls");
  EXPECT_EQ(report.at("sections").at("files").at("status"), "complete");
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

TEST_F(NoBtf, AReportIsMadeFromProc) {
  const Workload target("sleeper", {"50"});
  const Json report = parse_report(
      run(without_btf({tool_path(), "--json", "-d", "300ms", std::to_string(target.pid())})));
  expect_unavailable(report, "syscalls");
  EXPECT_THAT(report.at("sections").at("syscalls").at("reason").get<std::string>(),
              HasSubstr("BTF"));
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

}  // namespace
}  // namespace debug_process::e2e
