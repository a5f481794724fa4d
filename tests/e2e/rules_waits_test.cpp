// Programs that wait for a quota, a lock or a disk, or have ever more threads: that is found, and
// comes first. SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fstream>

#include "e2e/cgroup_v1.h"
#include "e2e/findings.h"

namespace debug_process::e2e {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class RulesOnWaits : public NeedsBpf {
 protected:
  static Json watch(pid_t pid) { return report_on(pid, {"-d", "3s"}); }
};

TEST_F(RulesOnWaits, AUsedUpCpuQuota) {
  const Workload target("busy_loop");
  const Group group("cpu", target.pid());
  if (!group.made()) GTEST_SKIP() << "no cpu controller of cgroup version 1 here";
  if (!group.set("cpu.cfs_period_us", "50000") || !group.set("cpu.cfs_quota_us", "5000"))
    GTEST_SKIP() << "this kernel has no CPU quotas";
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(target.pid())));
  const Json report = watch(target.pid());
  const Json finding = report.at("findings").at(0);
  EXPECT_EQ(finding.at("rule"), "cgroup-cpu-throttling") << finding;
  EXPECT_EQ(finding.at("severity"), "warning") << finding;
  EXPECT_THAT(finding.at("title").get<std::string>(), HasSubstr(group.name()));
}

TEST_F(RulesOnWaits, OneLockForFourThreads) {
  const Workload target("one_lock");
  const Json report = watch(target.pid());
  if (is_hidden_by_starvation(report, "lock-contention"))
    GTEST_SKIP() << "the machine had no CPU for it";
  EXPECT_EQ(first_rule(report), "lock-contention") << report.at("findings");
}

TEST_F(RulesOnWaits, AConvoyAtOneLock) {
  const Workload target("one_lock", {"convoy"});
  const Json report = watch(target.pid());
  if (is_hidden_by_starvation(report, "lock-convoy"))
    GTEST_SKIP() << "the machine had no CPU for it";
  EXPECT_EQ(first_rule(report), "lock-convoy") << report.at("findings");
}

// What it has by itself is a pool that is being filled, until it is ten seconds old.
TEST_F(RulesOnWaits, EverMoreThreads) {
  Workload target("more_threads");
  const auto started = Clock::now();
  ASSERT_TRUE(wait_until([&] { return Clock::now() - started > 10s; }));
  target.go();
  const Json report = watch(target.pid());
  EXPECT_EQ(first_rule(report), "thread-explosion") << report.at("findings");
}

TEST_F(RulesOnWaits, AnAlmostUsedUpLimitOfThreads) {
  const Workload target("many_threads", {"40"});
  const Group group("pids", target.pid());
  if (!group.made()) GTEST_SKIP() << "no pids controller of cgroup version 1 here";
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(target.pid())));
  ASSERT_TRUE(group.set("pids.max", "42"));
  const Json report = watch(target.pid());
  EXPECT_EQ(metric(report, "threads", "pids_current"), 41);
  const Json finding = report.at("findings").at(0);
  EXPECT_EQ(finding.at("rule"), "thread-explosion") << finding;
  EXPECT_EQ(finding.at("severity"), "critical") << finding;
}

TEST_F(RulesOnWaits, EachWriteToTheDisk) {
  const TemporaryDirectory folder;
  const Workload target("sync_loop", {(folder.path() / "data").string()});
  const Json report = watch(target.pid());
  if (metric(report, "disk", "host_written_bytes") == 0)
    GTEST_SKIP() << "what is flushed here goes to no disk";
  if (is_hidden_by_starvation(report, "fsync-bound"))
    GTEST_SKIP() << "the machine had no CPU for it";
  EXPECT_EQ(first_rule(report), "fsync-bound") << report.at("findings");
  EXPECT_EQ(own_findings(report).at(0).at("severity"), "warning");
}

// The whole disk that a file is on: throttling does not know partitions.
std::optional<std::string> disk_of(const std::string& file) {
  struct stat state {};
  if (::stat(file.c_str(), &state) != 0) return std::nullopt;
  const std::filesystem::path device = "/sys/dev/block/" + std::to_string(major(state.st_dev)) +
                                       ":" + std::to_string(minor(state.st_dev));
  if (!std::filesystem::exists(device)) return std::nullopt;
  const bool partition = std::filesystem::exists(device / "partition");
  std::string number =
      read_text((partition ? std::filesystem::canonical(device).parent_path() : device) / "dev");
  return number.substr(0, number.find('\n'));
}

TEST_F(RulesOnWaits, ASlowDisk) {
  const TemporaryDirectory folder;
  const std::string file = folder.path() / "data";
  std::ofstream(file) << std::string(4096, 'x');
  ASSERT_EQ(run({"/bin/sync", file}).code, 0);
  const auto disk = disk_of(file);
  if (!disk) GTEST_SKIP() << "temporary files are not on a disk here";
  const Workload target("direct_reads", {file});
  const Group group("blkio", target.pid());
  if (!group.made()) GTEST_SKIP() << "no blkio controller of cgroup version 1 here";
  if (!group.set("blkio.throttle.read_iops_device", *disk + " 50"))
    GTEST_SKIP() << "this kernel throttles no disk";
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(target.pid())));
  const Json report = watch(target.pid());
  if (metric(report, "disk", "psi_some_ratio").is_null())
    GTEST_SKIP() << "this kernel keeps no account of pressure";
  EXPECT_EQ(first_rule(report), "slow-storage") << report.at("findings");
}

// A file system of its own, in a file, that can be frozen; thawed and unmounted in the end.
class FrozenMount {
 public:
  explicit FrozenMount(const std::filesystem::path& folder)
      : image_(folder / "image"), mount_(folder / "mount") {
    std::filesystem::create_directory(mount_);
    std::ofstream(image_).close();
    std::filesystem::resize_file(image_, 16U << 20U);
    mounted_ = run({"/sbin/mkfs.ext4", "-q", "-F", image_}).code == 0 &&
               run({"/bin/mount", "-o", "loop", image_, mount_}).code == 0;
  }
  ~FrozenMount() {
    thaw();
    if (mounted_) (void)run({"/bin/umount", "-l", mount_});
  }
  FrozenMount(const FrozenMount&) = delete;
  FrozenMount& operator=(const FrozenMount&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::string file() const { return mount_ / "log"; }
  void freeze() { frozen_ = run({"/sbin/fsfreeze", "-f", mount_}).code == 0; }
  [[nodiscard]] bool frozen() const { return frozen_; }
  void thaw() {
    if (frozen_) (void)run({"/sbin/fsfreeze", "-u", mount_});
    frozen_ = false;
  }

 private:
  std::filesystem::path image_;
  std::filesystem::path mount_;
  bool mounted_ = false;
  bool frozen_ = false;
};

TEST_F(RulesOnWaits, AFileSystemThatDoesNotAnswer) {
  if (!std::filesystem::exists("/sbin/mkfs.ext4") || !std::filesystem::exists("/sbin/fsfreeze"))
    GTEST_SKIP() << "mkfs.ext4 or fsfreeze is not installed (packages e2fsprogs, util-linux)";
  const TemporaryDirectory folder;
  FrozenMount mount(folder.path());
  if (!mount.mounted()) GTEST_SKIP() << "no loop devices here";
  Workload target("append_on_demand", {mount.file()});
  mount.freeze();
  ASSERT_TRUE(mount.frozen());
  target.send_line();
  const std::string stat = "/proc/" + std::to_string(target.pid()) + "/stat";
  ASSERT_TRUE(wait_until([&] { return read_text(stat).find(") D ") != std::string::npos; }));
  const Json report = watch(target.pid());
  mount.thaw();
  const Json finding = report.at("findings").at(0);
  EXPECT_EQ(finding.at("rule"), "hung-io") << finding;
  EXPECT_THAT(finding.at("title").get<std::string>(), HasSubstr("write fd"));
}

}  // namespace
}  // namespace debug_process::e2e
