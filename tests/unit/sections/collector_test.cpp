// SPDX-License-Identifier: Apache-2.0
#include "sections/collector.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "unit/sections/fixture.h"

namespace debug_process::sections {
namespace {

using namespace std::chrono_literals;
using report::Status;
using report::Value;
using testing::HasSubstr;
namespace fs = std::filesystem;

// A copy of the captured tree, from which a process can vanish.
class CollectorTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "collector_test.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::copy(DEBUG_PROCESS_TESTS_DIR "/fixtures/proc", root_,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    source_.pid = kHostile;
    source_.procfs = proc::Procfs(root_);
    source_.cgroup_root = root_ / "no-cgroups";
  }
  void TearDown() override { fs::remove_all(root_); }

  void end_process() const { fs::remove_all(root_ / std::to_string(kHostile)); }

  fs::path root_;
  Source source_;
};

TEST_F(CollectorTest, GathersAllSections) {
  Collector collector(source_);
  collector.begin(false);
  trace::Activity activity;
  activity.observed = 1s;
  const Facts facts = collector.finish(1s, &activity, "");
  EXPECT_EQ(facts.window, 1s);
  EXPECT_EQ(facts.process.pid, kHostile);
  EXPECT_EQ(facts.threads.count, 2U);
  EXPECT_TRUE(facts.files.open);
  EXPECT_TRUE(facts.memory.rss);
  // At the start all was as at the end.
  EXPECT_EQ(facts.files.by_type_at_start, facts.files.by_type);
  ASSERT_TRUE(facts.memory.start);
  EXPECT_EQ(facts.memory.start->anonymous, facts.memory.anonymous);
  EXPECT_EQ(facts.process.zombies.now, 0U);
  EXPECT_EQ(facts.process.zombies.throughout, 0U);
  EXPECT_TRUE(facts.host.clock_step);
  EXPECT_TRUE(facts.syscalls.traced);
  // Both threads stand where they stood, and nothing was seen of them.
  EXPECT_EQ(facts.syscalls.in_flight.size(), 2U);
  for (const auto& section : present(facts)) EXPECT_TRUE(is_well_formed(section)) << section.id;
}

TEST_F(CollectorTest, SaysWhyNothingWasTraced) {
  Collector collector(source_);
  collector.begin(false);
  const Facts facts = collector.finish(1s, nullptr, "there is no BTF");
  EXPECT_EQ(facts.syscalls.completeness.reason, "there is no BTF");
  EXPECT_EQ(facts.errors.completeness.reason, "there is no BTF");
  EXPECT_EQ(facts.process.completeness.status, Status::complete);
}

TEST_F(CollectorTest, KeepsWhatWasThereBeforeTheProcessEnded) {
  Collector collector(source_);
  collector.begin(false);
  end_process();
  trace::Activity activity;
  const Facts facts = collector.finish(1s, &activity, "");
  EXPECT_EQ(facts.process.pid, kHostile);
  EXPECT_FALSE(facts.process.command.empty());
  EXPECT_TRUE(facts.files.open);
  for (const Completeness& completeness :
       {facts.process.completeness, facts.threads.completeness, facts.files.completeness,
        facts.sockets.completeness, facts.memory.completeness}) {
    EXPECT_EQ(completeness.status, Status::partial);
    EXPECT_THAT(completeness.reason, HasSubstr("it ended in the window"));
  }
  // What was traced is whole: an ended process has no call in flight.
  EXPECT_EQ(facts.syscalls.completeness.status, Status::complete)
      << facts.syscalls.completeness.reason;
}

TEST_F(CollectorTest, ACheckpointOfAnEndedProcessChangesNothing) {
  Collector collector(source_);
  collector.begin(true);
  collector.checkpoint();
  end_process();
  collector.checkpoint();
  EXPECT_EQ(collector.finish(1s, nullptr, "none").threads.count, 2U);
}

TEST_F(CollectorTest, IsNotFooledByAReusedPid) {
  // Another process has the number by now: nothing of it is taken for the target's.
  source_.start_time = 1206350ms;
  Collector collector(source_);
  collector.begin(false);
  fs::remove_all(root_ / std::to_string(kHostile));
  fs::copy(root_ / std::to_string(kZombieLeader), root_ / std::to_string(kHostile),
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  const Facts facts = collector.finish(1s, nullptr, "none");
  EXPECT_EQ(facts.process.comm, "a) R 1 (b\nc\\");
  EXPECT_THAT(facts.process.completeness.reason, HasSubstr("it ended in the window"));
}

TEST_F(CollectorTest, TakesNoCallOfAnotherProcessForTheTargets) {
  source_.start_time = 1ms;  // not that of the process with its number
  Collector collector(source_);
  collector.begin(false);
  EXPECT_THAT(collector.finish(1s, nullptr, "none").syscalls.in_flight, testing::IsEmpty());
}

TEST_F(CollectorTest, CountsACommandFromNothing) {
  Collector collector(source_);
  collector.begin(true);
  const Facts facts = collector.finish(10s, nullptr, "none");
  EXPECT_EQ(facts.threads.threads.size(), 2U);
  // 1.4 s and more on a CPU since its start, which is in the window.
  EXPECT_GT(facts.threads.cpu.value_or(Ratio{0}).value, 0.1);
}

TEST_F(CollectorTest, HasNothingOfAProcessThatWasNeverThere) {
  source_.pid = kNobody;
  Collector collector(source_);
  collector.begin(false);
  const Facts facts = collector.finish(1s, nullptr, "none");
  EXPECT_EQ(facts.process.completeness.status, Status::unavailable);
  for (const auto& section : present(facts)) EXPECT_TRUE(is_well_formed(section)) << section.id;
}

}  // namespace
}  // namespace debug_process::sections
