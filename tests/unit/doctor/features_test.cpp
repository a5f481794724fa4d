// SPDX-License-Identifier: Apache-2.0
#include "doctor/features.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "doctor/own_child.h"
#include "proc/procfs.h"
#include "proc/status.h"

namespace debug_process::doctor {
namespace {

proc::Status status_of(pid_t pid) {
  return proc::Procfs()
      .read(std::to_string(pid) + "/status")
      .and_then(proc::parse_status)
      .value_or(proc::Status{});
}

TEST(OwnChild, SleepsAndEndsWithItsOwner) {
  pid_t pid = 0;
  {
    const auto child = OwnChild::start();
    ASSERT_TRUE(child) << child.error().message();
    pid = child->pid();
    EXPECT_EQ(status_of(pid).ppid, ::getpid());
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Features, LeaveTheChildUntraced) {
  const auto child = OwnChild::start();
  ASSERT_TRUE(child) << child.error().message();
  const auto features = try_features(child->pid());
  EXPECT_FALSE(features.empty());
  EXPECT_EQ(status_of(child->pid()).tracer_pid, 0);
}

TEST(Features, ThatAreMissingSayWhy) {
  const auto child = OwnChild::start();
  ASSERT_TRUE(child) << child.error().message();
  for (const Feature& feature : try_features(child->pid())) {
    EXPECT_FALSE(feature.key.empty());
    EXPECT_FALSE(feature.needed_for.empty()) << feature.key;
    EXPECT_TRUE(!feature.missing || feature.missing->message() != "cannot ") << feature.key;
  }
}

TEST(CgroupVersion, IsSeenInWhatIsMounted) {
  std::string name = ::testing::TempDir() + "cgroup-XXXXXX";
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  EXPECT_FALSE(cgroup_version(name));
  std::filesystem::create_directory(name + "/memory");
  EXPECT_EQ(cgroup_version(name), 1);
  std::ofstream(name + "/cgroup.controllers") << "cpu\n";
  EXPECT_EQ(cgroup_version(name), 2);
  std::filesystem::remove_all(name);
}

}  // namespace
}  // namespace debug_process::doctor
