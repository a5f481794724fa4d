// SPDX-License-Identifier: Apache-2.0
#include "doctor/remedies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/doctor/sample_facts.h"

namespace debug_process::doctor {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// After a change of the circumstances: BPF is tried again.
report::Remedy bpf_remedy(Facts facts, int errno_value = EPERM) {
  facts.trials.front().refused = bpf_refused(facts.circumstances, errno_value);
  const auto remedies = find_remedies(facts);
  return remedies.empty() ? report::Remedy{} : remedies.front();
}

TEST(Remedies, AreNoneWhereNothingIsMissing) {
  Facts facts = sample_facts();
  facts.trials.front().refused.reset();
  EXPECT_THAT(find_remedies(facts), IsEmpty());
}

TEST(Remedies, NameTheCauseFirst) {
  EXPECT_EQ(bpf_remedy(sample_facts()).title,
            "For exact counts (bpf): CAP_BPF and CAP_PERFMON are missing");
}

TEST(Remedies, OfAUserAreSudoAndSetcapReadyToPaste) {
  EXPECT_THAT(bpf_remedy(sample_facts()).commands,
              ElementsAre("sudo /usr/bin/debug-process 4242",
                          "sudo setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep "
                          "/usr/bin/debug-process"));
}

TEST(Remedies, KeepThePathOneWord) {
  Facts facts = sample_facts();
  facts.tool_path = "/home/it's me/debug-process";
  EXPECT_THAT(bpf_remedy(facts).commands, Contains("sudo '/home/it'\\''s me/debug-process' 4242"));
}

TEST(Remedies, LeaveOutSetcapWhereItHasNoEffect) {
  Facts facts = sample_facts();
  facts.circumstances.rights.no_new_privileges = true;
  EXPECT_THAT(bpf_remedy(facts).commands, Not(Contains(HasSubstr("setcap"))));
  EXPECT_THAT(bpf_remedy(facts).explanation, HasSubstr("no_new_privs"));
}

TEST(Remedies, OfAContainerAreItsEnginesOptions) {
  Facts facts = sample_facts();
  facts.circumstances.rights.in_container = true;
  facts.circumstances.rights.uid = 0;
  facts.circumstances.rights.bounding = CapabilitySet();
  EXPECT_THAT(bpf_remedy(facts).commands, Contains(HasSubstr("docker run")));
  EXPECT_THAT(bpf_remedy(facts).commands, Contains(HasSubstr("kubectl debug")));
  facts.circumstances.rights.initial_user_namespace = false;
  EXPECT_THAT(bpf_remedy(facts).commands, Contains(HasSubstr("--userns=host")));
}

TEST(Remedies, OfRootWithoutCapabilitiesIsAnotherShell) {
  Facts facts = sample_facts();
  facts.circumstances.rights.uid = 0;
  facts.circumstances.rights.bounding = CapabilitySet();
  EXPECT_THAT(bpf_remedy(facts).explanation, HasSubstr("dropped"));
}

TEST(Remedies, OfSeccompAndOfMissingBtfAreTheirOwn) {
  Facts facts = sample_facts();
  facts.circumstances.rights.effective = CapabilitySet(~std::uint64_t{0});
  facts.circumstances.rights.seccomp = 2;
  EXPECT_THAT(bpf_remedy(facts).commands, Contains(HasSubstr("seccomp=unconfined")));
  facts.circumstances.kernel.btf = false;
  EXPECT_THAT(bpf_remedy(facts, ESRCH).commands,
              Contains("/usr/bin/debug-process --btf FILE 4242"));
}

TEST(Remedies, LowerYamaOnlyWhereItStandsInTheWay) {
  Facts facts = sample_facts();
  facts.trials[1].refused = Error{"attach with ptrace", "4242", EPERM, "Yama forbids it", "hint"};
  facts.circumstances.kernel.yama_ptrace_scope = 1;
  const auto remedies = find_remedies(facts);
  ASSERT_THAT(remedies, SizeIs(2));
  EXPECT_THAT(remedies[1].title, HasSubstr("Yama forbids it"));
  EXPECT_THAT(remedies[1].commands, ElementsAre("sudo sysctl kernel.yama.ptrace_scope=0"));
  facts.circumstances.kernel.yama_ptrace_scope = 3;
  EXPECT_THAT(find_remedies(facts)[1].commands, IsEmpty());
}

TEST(Remedies, SayWhatAnotherUsersFilesNeedWhenBpfWorks) {
  Facts facts = sample_facts();
  facts.trials.front().refused.reset();
  facts.sections.push_back(
      {"memory", "Memory", report::Status::unavailable, "mappings: permission denied: ..."});
  const auto remedies = find_remedies(facts);
  ASSERT_THAT(remedies, SizeIs(1));
  EXPECT_THAT(remedies[0].title, HasSubstr("CAP_SYS_PTRACE"));
}

TEST(ShellWord, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_word("/usr/bin/debug-process"), "/usr/bin/debug-process");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(x)"), "'$(x)'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace debug_process::doctor
