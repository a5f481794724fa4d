// Rules about what grows or fills up: each on a process that does what it is about, as its first
// finding.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/cgroup_v1.h"
#include "e2e/script.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

class GrowthRules : public NeedsBpf {
 protected:
  void SetUp() override {
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    if (const auto reason = why_no_script()) GTEST_SKIP() << *reason;
  }

  static void expect_first(const Process& target, const std::string& rule,
                           const std::string& title) {
    const Json report = report_on(target.pid(), {"-d", "3s"});
    const Json finding = first_finding(report);
    EXPECT_EQ(finding.at("rule"), rule) << report.at("findings").dump(2);
    EXPECT_THAT(finding.at("title"), HasSubstr(title));
  }
};

TEST_F(GrowthRules, FdLeakOfFilesThatAreNotClosed) {
  const Script target(
      "time.sleep(10)\n"
      "ready()\n"
      "for i in range(800): os.open('/dev/null', os.O_RDONLY); time.sleep(0.02)\n"
      "time.sleep(60)\n");
  expect_first(target, "fd-leak", "most of them of type device");
}

TEST_F(GrowthRules, MemoryGrowthOfWhatIsNeverFreed) {
  const Script target(
      "time.sleep(30)\n"
      "kept = []\n"
      "ready()\n"
      "for i in range(500): kept.append(b'x' * (1 << 20)); time.sleep(0.05)\n"
      "time.sleep(60)\n");
  expect_first(target, "memory-growth", "memory grows by ");
}

TEST_F(GrowthRules, CgroupMemoryNearTheLimit) {
  Script target(
      "ready()\n"
      "sys.stdin.readline()\n"
      "kept = b'x' * (60 << 20)\n"
      "print('done', flush=True)\n"
      "time.sleep(60)\n");
  const Group group("memory", target.pid());
  if (!group.made()) GTEST_SKIP() << "no memory controller of cgroup version 1 here";
  ASSERT_TRUE(group.set("memory.limit_in_bytes", "67108864"));
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(target.pid())));
  target.send_line();
  target.wait_for_output("done");
  expect_first(target, "cgroup-memory-near-limit", "of the 64 MB that the control group");
}

TEST_F(GrowthRules, ZombiesOfAParentThatDoesNotWait) {
  const Script target(
      "def leave():\n"
      "  if os.fork() == 0: os._exit(0)\n"
      "for i in range(12): leave()\n"
      "ready()\n"
      "for i in range(100): time.sleep(0.3); leave()\n"
      "time.sleep(60)\n");
  expect_first(target, "zombies", "children have ended and nobody has waited for them");
}

TEST_F(GrowthRules, ClockJump) {
  GTEST_SKIP() << "would set the clock of the whole machine: see the unit test";
}

}  // namespace
}  // namespace debug_process::e2e
