// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

Facts in_state(char letter) {
  Facts facts = healthy();
  facts.process.state_letter = letter;
  return facts;
}

Facts traced_by(const char* tracer, char state) {
  Facts facts = in_state(state);
  facts.process.tracer_pid = 99;
  facts.process.tracer_comm = tracer;
  return facts;
}

TEST(Stopped, FiresOnStoppedProcess) {
  const auto finding = stopped(in_state('T'));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::critical);
  EXPECT_THAT(finding->next_step, HasSubstr("kill -CONT 1234"));
}

TEST(Stopped, FiresWhenATracerHoldsIt) {
  const auto finding = stopped(traced_by("gdb", 't'));
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->severity, Severity::critical);
  EXPECT_THAT(finding->title, HasSubstr("gdb (pid 99)"));
}

TEST(Stopped, OnlyWarnsOfATracerThatLetsItRun) {
  Facts facts = traced_by("strace", 't');
  add_calls(facts, "read", 1);
  ASSERT_TRUE(stopped(facts));
  EXPECT_EQ(stopped(facts)->severity, Severity::warning);
  EXPECT_EQ(stopped(traced_by("strace", 'S'))->severity, Severity::warning);
}

TEST(Stopped, WarnsOfAnotherRunOfThisTool) {
  EXPECT_TRUE(stopped(traced_by("debug-process", 't')));
}

TEST(Stopped, IsSilentAboutTheHealthyAndTheUnknown) {
  EXPECT_FALSE(stopped(healthy()));
  EXPECT_FALSE(stopped(Facts{}));
}

Facts ended_with(int wait_status) {
  Facts facts = healthy();
  facts.wait_status = wait_status;
  return facts;
}

TEST(Died, FiresOnAFatalSignalHoweverShortTheWindow) {
  Facts facts = ended_with(SIGSEGV);
  facts.window = std::chrono::milliseconds(3);
  const auto findings = diagnose(facts);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].rule, "died");
  EXPECT_EQ(findings[0].severity, Severity::critical);
  EXPECT_THAT(findings[0].title, testing::HasSubstr("SIGSEGV"));
  EXPECT_EQ(diagnose(ended_with(SIGKILL)).at(0).severity, Severity::critical);
}

TEST(Died, OnlyTellsOfASignalOnPurposeOrAStatus) {
  EXPECT_EQ(diagnose(ended_with(SIGTERM)).at(0).severity, Severity::info);
  const auto failed = diagnose(ended_with(3 << 8));
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].severity, Severity::info);
  EXPECT_THAT(failed[0].title, testing::HasSubstr("3"));
}

TEST(Died, IsSilentAboutAGoodEndAndTheLiving) {
  EXPECT_TRUE(diagnose(ended_with(0)).empty());
  EXPECT_TRUE(diagnose(healthy()).empty());
}

TEST(Zombie, TellsAZombieFromAnEndedMainThread) {
  const auto whole = zombie(in_state('Z'));
  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->title, HasSubstr("wait()"));

  Facts facts = in_state('Z');
  facts.process.threads = 2;
  const auto leader = zombie(facts);
  ASSERT_TRUE(leader);
  EXPECT_THAT(leader->title, HasSubstr("main thread"));
}

TEST(Zombie, NamesTheParent) {
  Facts facts = in_state('Z');
  facts.process.ppid = 7;
  facts.process.parent_comm = "supervisor";
  EXPECT_THAT(zombie(facts)->title, HasSubstr("supervisor (pid 7)"));
}

TEST(Zombie, IsSilentAboutTheLiving) {
  EXPECT_FALSE(zombie(healthy()));
}

TEST(BlindSpot, FiresOnIoUringByCallOrByDescriptor) {
  Facts calls = healthy();
  add_calls(calls, "io_uring_enter", 1);
  ASSERT_TRUE(blind_spot(calls));
  EXPECT_EQ(blind_spot(calls)->severity, Severity::info);

  Facts descriptor = healthy();  // a ring polled by the kernel needs no calls
  descriptor.files.by_type["io_uring"] = 1;
  EXPECT_TRUE(blind_spot(descriptor));
}

TEST(BlindSpot, FiresOnKernelAio) {
  Facts facts = healthy();
  add_calls(facts, "io_submit", 1);
  ASSERT_TRUE(blind_spot(facts));
  EXPECT_THAT(blind_spot(facts)->title, HasSubstr("AIO"));
}

TEST(BlindSpot, IsSilentWithoutThem) {
  Facts facts = healthy();
  add_calls(facts, "read", 1'000'000);
  EXPECT_FALSE(blind_spot(facts));
}

}  // namespace
}  // namespace debug_process::diagnosis
