// SPDX-License-Identifier: Apache-2.0
#include "proc/kernel_settings.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "proc/rights.h"

namespace debug_process::proc {
namespace {

// A /proc and a /sys for one test.
class KernelSettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "settings-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    const auto file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  [[nodiscard]] KernelSettings read() const {
    return read_kernel_settings(Procfs(root_ / "proc"), root_ / "sys");
  }

  std::filesystem::path root_;
};

TEST(KernelVersionParser, ReadsWhatDistributionsWrite) {
  EXPECT_EQ(*parse_kernel_version("6.1.0-18-cloud-amd64"), (KernelVersion{6, 1}));
  EXPECT_EQ(*parse_kernel_version("5.15"), (KernelVersion{5, 15}));
  EXPECT_EQ(*parse_kernel_version("6.18.44-fc"), (KernelVersion{6, 18}));
  EXPECT_EQ(*parse_kernel_version("7.2-rc1"), (KernelVersion{7, 2}));
  EXPECT_LT((KernelVersion{5, 9}), (KernelVersion{5, 10}));
}

TEST(KernelVersionParser, RefusesWhatIsNoVersion) {
  for (const char* text : {"", "6", "6.", "linux", ".1", "6-1"})
    EXPECT_FALSE(parse_kernel_version(text)) << text;
}

TEST(LockdownParser, TakesTheWordInBrackets) {
  EXPECT_EQ(*parse_lockdown("[none] integrity confidentiality\n"), "none");
  EXPECT_EQ(*parse_lockdown("none integrity [confidentiality]\n"), "confidentiality");
  EXPECT_FALSE(parse_lockdown("none integrity\n"));
  EXPECT_FALSE(parse_lockdown("] none [\n"));
}

TEST_F(KernelSettingsTest, AreReadWhereTheyAre) {
  write("proc/sys/kernel/osrelease", "5.10.0-28-amd64\n");
  write("proc/sys/kernel/yama/ptrace_scope", "1\n");
  write("proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
  write("proc/sys/kernel/perf_event_paranoid", "-1\n");
  write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  write("sys/kernel/btf/vmlinux", "x");
  write("sys/fs/selinux/enforce", "1");
  const auto settings = read();
  EXPECT_EQ(settings.version, (KernelVersion{5, 10}));
  EXPECT_EQ(settings.yama_ptrace_scope, 1);
  EXPECT_EQ(settings.unprivileged_bpf_disabled, 2);
  EXPECT_EQ(settings.perf_event_paranoid, -1);
  EXPECT_EQ(settings.lockdown, "integrity");
  EXPECT_TRUE(settings.btf);
  EXPECT_EQ(settings.selinux_enforcing, true);
}

TEST_F(KernelSettingsTest, AreUnknownWhereTheyAreNot) {
  const auto settings = read();
  EXPECT_EQ(settings.version, KernelVersion{});
  EXPECT_FALSE(settings.yama_ptrace_scope);
  EXPECT_FALSE(settings.lockdown);
  EXPECT_FALSE(settings.btf);
  EXPECT_FALSE(settings.selinux_enforcing);
}

TEST(Rights, OfThisProcessAreThoseThatTheKernelTells) {
  const auto rights = read_rights();
  EXPECT_EQ(rights.uid, ::geteuid());
  ASSERT_TRUE(rights.bounding);
  EXPECT_TRUE(rights.seccomp);
  EXPECT_TRUE(rights.initial_user_namespace);
  EXPECT_TRUE(rights.initial_pid_namespace);
}

}  // namespace
}  // namespace debug_process::proc
