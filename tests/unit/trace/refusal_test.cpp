// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace debug_process::trace::bpf {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

CapabilitySet capabilities(std::initializer_list<int> numbers) {
  std::uint64_t bits = 0;
  for (const int number : numbers) bits |= std::uint64_t{1} << number;
  return CapabilitySet(bits);
}

// Where BPF works: root, or as good as, on a kernel of today.
Circumstances good() {
  Circumstances all;
  all.kernel.version = {6, 1};
  all.kernel.btf = true;
  all.rights.uid = 1000;
  all.rights.effective = capabilities({CAP_BPF, CAP_PERFMON});
  all.rights.initial_user_namespace = true;
  all.rights.initial_pid_namespace = true;
  all.rights.seccomp = 0;
  return all;
}

Error explain(int errno_value, const Circumstances& circumstances) {
  return explain_refusal("load BPF programs", errno_value, "libbpf's words", circumstances);
}

TEST(Refusal, NamesACauseAndARemedyOnThisMachine) {
  for (const int errno_value : {EPERM, EACCES, EINVAL, ENOSYS}) {
    const Error error = refusal("load BPF programs", errno_value, "libbpf's words");
    EXPECT_EQ(error.action, "load BPF programs");
    EXPECT_FALSE(error.detail.empty());
    EXPECT_FALSE(error.hint.empty());
    EXPECT_TRUE(error.message().starts_with("cannot load BPF programs: ")) << error.message();
  }
}

TEST(Refusal, NamesExactlyTheCapabilityThatIsMissing) {
  auto here = good();
  here.rights.effective = capabilities({CAP_BPF});
  EXPECT_EQ(explain(EPERM, here).message(),
            "cannot load BPF programs: Operation not permitted (EPERM): CAP_PERFMON is missing");
  here.rights.effective = {};
  EXPECT_THAT(explain(EPERM, here).detail, HasSubstr("CAP_BPF and CAP_PERFMON are missing"));
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("setcap cap_bpf,cap_perfmon"));
}

TEST(Refusal, WantsNothingElseWhereThereIsCapSysAdmin) {
  auto here = good();
  here.rights.effective = capabilities({CAP_SYS_ADMIN});
  EXPECT_THAT(missing_capabilities(here), IsEmpty());
  here.kernel.version = {5, 7};
  EXPECT_THAT(missing_capabilities(here), IsEmpty());
}

TEST(Refusal, WantsCapSysAdminBeforeLinux58) {
  auto here = good();
  here.kernel.version = {5, 7};
  EXPECT_THAT(missing_capabilities(here), ElementsAre(CAP_SYS_ADMIN));
  EXPECT_THAT(explain(EPERM, here).detail, HasSubstr("CAP_SYS_ADMIN is missing"));
  EXPECT_THAT(explain(EPERM, here).hint, Not(HasSubstr("setcap")));
  here.kernel.version = {5, 8};
  EXPECT_THAT(missing_capabilities(here), IsEmpty());
}

TEST(Refusal, GivesTheRemedyThatFitsThePlace) {
  auto here = good();
  here.rights.effective = {};
  here.rights.no_new_privileges = true;
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("neither sudo nor setcap"));
  here.rights.bounding = CapabilitySet();
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("dropped"));
  here.rights.in_container = true;
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("--cap-add BPF --cap-add PERFMON"));
}

TEST(Refusal, SendsAUserInAContainerThatHasTheRightsToSudo) {
  auto here = good();
  here.rights.effective = {};
  here.rights.in_container = true;
  here.rights.bounding = capabilities({CAP_BPF, CAP_PERFMON});
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("sudo"));
}

TEST(Refusal, KnowsThatANestedUserNamespaceGivesNoRights) {
  auto here = good();
  here.rights.uid = 0;
  here.rights.effective = CapabilitySet(~std::uint64_t{0});
  here.rights.initial_user_namespace = false;
  EXPECT_EQ(find_obstacle(EPERM, here), Obstacle::user_namespace);
  EXPECT_THAT(explain(EPERM, here).detail, HasSubstr("user namespace"));
}

TEST(Refusal, SuspectsSeccompOnlyWhereTheRightsAreThere) {
  auto here = good();
  here.rights.seccomp = 2;
  EXPECT_EQ(find_obstacle(EPERM, here), Obstacle::seccomp);
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("seccomp=unconfined"));
  // As filters answer for calls that are younger than they are.
  EXPECT_EQ(find_obstacle(ENOSYS, here), Obstacle::seccomp);
  EXPECT_THAT(explain(ENOSYS, here).detail, HasSubstr("that there is no such call"));
  here.rights.effective = {};
  EXPECT_EQ(find_obstacle(EPERM, here), Obstacle::capabilities);
}

TEST(Refusal, TakesEnosysForASandbox) {
  auto here = good();
  here.rights.effective = {};
  EXPECT_EQ(find_obstacle(ENOSYS, here), Obstacle::no_bpf_call);
  EXPECT_THAT(explain(ENOSYS, here).detail, HasSubstr("gVisor"));
}

TEST(Refusal, SeesLockdownBehindEinvalToo) {
  auto here = good();
  here.kernel.lockdown = "confidentiality";
  EXPECT_EQ(find_obstacle(EINVAL, here), Obstacle::lockdown);
  EXPECT_EQ(find_obstacle(EPERM, here), Obstacle::lockdown);
  here.kernel.lockdown = "integrity";
  EXPECT_EQ(find_obstacle(EINVAL, here), Obstacle::unknown);
}

TEST(Refusal, CountsLockedMemoryOnlyBeforeLinux511) {
  auto here = good();
  here.rights.locked_memory = kibibytes(64);
  here.kernel.version = {5, 10};
  EXPECT_EQ(find_obstacle(EPERM, here), Obstacle::locked_memory);
  EXPECT_THAT(explain(EPERM, here).detail, HasSubstr("64 KB"));
  EXPECT_THAT(explain(EPERM, here).hint, HasSubstr("ulimit -l unlimited"));
  here.kernel.version = {5, 11};
  EXPECT_EQ(find_obstacle(EPERM, here), Obstacle::unknown);
}

TEST(Refusal, NamesSelinuxWhereItEnforces) {
  auto here = good();
  here.kernel.selinux_enforcing = true;
  EXPECT_EQ(find_obstacle(EACCES, here), Obstacle::selinux);
  here.kernel.selinux_enforcing = false;
  EXPECT_EQ(find_obstacle(EACCES, here), Obstacle::unknown);
  EXPECT_EQ(explain(EACCES, here).detail, "libbpf's words");
}

TEST(Refusal, NamesMissingBtfUnlessItWasGiven) {
  auto here = good();
  here.kernel.btf = false;
  const Error error = explain(ESRCH, here);
  EXPECT_THAT(error.detail, HasSubstr("no BTF"));
  EXPECT_THAT(error.hint, HasSubstr("--btf FILE"));
  // libbpf's ESRCH, "No such process", would mislead.
  EXPECT_EQ(error.errno_value, 0);
  here.btf_given = true;
  EXPECT_EQ(find_obstacle(EINVAL, here), Obstacle::unknown);
}

TEST(Refusal, NamesAMissingTracepoint) {
  EXPECT_EQ(find_obstacle(ENOENT, good()), Obstacle::no_tracepoint);
}

TEST(Refusal, NamesAKernelThatIsTooOld) {
  auto here = good();
  here.kernel.version = {4, 19};
  EXPECT_THAT(explain(EINVAL, here).detail, HasSubstr("Linux 4.19 is too old"));
  here.kernel.version = {};  // not to be known
  EXPECT_EQ(find_obstacle(EINVAL, here), Obstacle::unknown);
}

}  // namespace
}  // namespace debug_process::trace::bpf
