// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include "sections/process/gather.h"
#include "sections/process/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::process {
namespace {

using report::Status;
using report::Value;

TEST(ProcessSection, TellsAProcessWithHostileNames) {
  const Facts facts = gather(fixture_source(kHostile));
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.comm, "a) R 1 (b\nc\\");
  EXPECT_EQ(facts.state, "sleeping");
  EXPECT_EQ(facts.state_letter, 'S');
  EXPECT_EQ(facts.uid, 0U);
  EXPECT_EQ(facts.user, "root");
  EXPECT_EQ(facts.real_uid, 1000U);
  EXPECT_EQ(facts.ppid, 1);
  EXPECT_EQ(facts.parent_comm, "init");
  EXPECT_EQ(facts.threads, 2U);
  EXPECT_EQ(facts.cwd, "/srv/a b");
  EXPECT_FALSE(facts.root);
  EXPECT_EQ(facts.executable, "/opt/app/bin/serv er");
  EXPECT_EQ(facts.executable_deleted, true);
  EXPECT_EQ(facts.command,
            (std::vector<std::string>{"/opt/app/bin/serv er", "--name", "\x1b[31mred\n\xff", ""}));
  EXPECT_EQ(facts.command_note, "");
  EXPECT_EQ(facts.container_runtime, "docker");
  EXPECT_EQ(facts.container_id.value_or("").size(), 64U);
  EXPECT_EQ(facts.ns_pid, 17);
  EXPECT_EQ(facts.tracer_pid, 0);
  EXPECT_EQ(facts.seccomp, "filter");
  EXPECT_EQ(facts.limits.size(), 16U);
}

TEST(ProcessSection, CountsTimeFromBoot) {
  const Facts facts = gather(fixture_source(kHostile));
  EXPECT_EQ(facts.uptime, std::chrono::milliseconds(1300500 - 1206350));
  ASSERT_TRUE(facts.started_at);
  EXPECT_EQ(format_time(*facts.started_at), "2026-11-21T00:25:42.350Z");
}

// Both rest on start times in steps of 10 ms.
TEST(ProcessSection, AgreesWithItselfOnWhenAProcessOfThisMachineStarted) {
  using std::chrono::system_clock;
  constexpr std::chrono::milliseconds kSteps{20};
  Source own;
  own.pid = ::getpid();
  const auto before = system_clock::now();
  const Facts facts = gather(own);
  const auto after = system_clock::now();
  ASSERT_TRUE(facts.started_at && facts.uptime);
  const auto now =
      *facts.started_at + std::chrono::duration_cast<system_clock::duration>(*facts.uptime);
  EXPECT_GE(now, before - kSteps);
  EXPECT_LE(now, after + kSteps);
}

TEST(ProcessSection, DoesNotTakeTheRootsCgroupForThatOfAProcessThatIsEnding) {
  EXPECT_FALSE(gather(fixture_source(kEnding)).cgroup);
}

TEST(ProcessSection, ReadsALivingThreadWhenTheLeaderIsAZombie) {
  const Facts facts = gather(fixture_source(kZombieLeader));
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.state, "zombie leader");
  EXPECT_EQ(facts.cwd, "/z");
  EXPECT_EQ(facts.command, std::vector<std::string>{"gone"});
}

TEST(ProcessSection, SaysWhyAKernelThreadHasNoCommand) {
  const Facts facts = gather(fixture_source(kKernelThread));
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_TRUE(facts.is_kernel_thread);
  EXPECT_EQ(facts.command, std::vector<std::string>{"[kthreadd]"});
  EXPECT_EQ(facts.command_note, "a kernel thread has no command line");
  EXPECT_FALSE(facts.executable);
}

TEST(ProcessSection, IsUnavailableWhenTheProcessIsGone) {
  const auto section = present(gather(fixture_source(kNobody)));
  EXPECT_EQ(section.status, Status::unavailable);
  EXPECT_EQ(section.reason, "the process had ended");
  EXPECT_TRUE(section.metrics.empty());
}

TEST(ProcessSection, PresentsTheContractsKeys) {
  const auto section = present(gather(fixture_source(kHostile)));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(section.id, "process");
  EXPECT_EQ(metric(section, "state"), Value("sleeping"));
  EXPECT_EQ(metric(section, "uid"), Value(std::int64_t{0}));
  EXPECT_EQ(metric(section, "ppid"), Value(std::int64_t{1}));
  EXPECT_EQ(metric(section, "threads"), Value(std::uint64_t{2}));
  EXPECT_EQ(metric(section, "cwd"), Value("/srv/a b"));
  EXPECT_EQ(metric(section, "uptime_ns"),
            Value(std::chrono::nanoseconds(std::chrono::milliseconds(94150))));
  EXPECT_FALSE(is_unknown(metric(section, "cgroup")));
  EXPECT_FALSE(is_unknown(metric(section, "container_id")));
  EXPECT_TRUE(is_unknown(metric(section, "root")));
}

TEST(ProcessSection, TellsOurselves) {
  Source source;
  source.pid = ::getpid();
  const Facts facts = gather(source);
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_EQ(facts.ppid, ::getppid());
  EXPECT_EQ(facts.uid, ::geteuid());
  EXPECT_EQ(facts.state, "running");
}

}  // namespace
}  // namespace debug_process::sections::process
