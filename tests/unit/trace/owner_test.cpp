// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/owner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace debug_process::trace::bpf {
namespace {

constexpr uid_t kUser = 1000;
constexpr gid_t kGroup = 100;
constexpr bool kDumpable = true;

proc::Rights user() {
  proc::Rights rights;
  rights.uid = kUser;
  rights.gid = kGroup;
  return rights;
}

proc::Rights user_with(int capability) {
  proc::Rights rights = user();
  rights.effective = CapabilitySet(std::uint64_t{1} << capability);
  return rights;
}

proc::Status own_process() {
  proc::Status status;
  status.real_uid = status.effective_uid = status.saved_uid = kUser;
  status.real_gid = status.effective_gid = status.saved_gid = kGroup;
  return status;
}

TEST(MayWatch, OnesOwn) {
  EXPECT_TRUE(may_watch(own_process(), kDumpable, user()));
}

TEST(MayWatch, NoneOfWhichOneIdIsAnothers) {
  for (uid_t proc::Status::*const id :
       {&proc::Status::real_uid, &proc::Status::effective_uid, &proc::Status::saved_uid}) {
    proc::Status status = own_process();
    status.*id = 0;
    EXPECT_EQ(guard_of(status, kDumpable, user()), Guard::other_owner);
  }
  for (gid_t proc::Status::*const id :
       {&proc::Status::real_gid, &proc::Status::effective_gid, &proc::Status::saved_gid}) {
    proc::Status status = own_process();
    status.*id = 42;  // as of a set-group-ID program
    EXPECT_EQ(guard_of(status, kDumpable, user()), Guard::other_owner);
  }
}

TEST(MayWatch, NotOnesOwnThatIsNotDumpable) {
  EXPECT_EQ(guard_of(own_process(), !kDumpable, user()), Guard::not_dumpable);
}

TEST(MayWatch, AllWithTheRightTo) {
  proc::Status others = own_process();
  others.real_uid = others.effective_uid = others.saved_uid = 0;
  for (const int capability : {CAP_SYS_PTRACE, CAP_SYS_ADMIN}) {
    EXPECT_TRUE(may_watch(others, kDumpable, user_with(capability)));
    EXPECT_TRUE(may_watch(own_process(), !kDumpable, user_with(capability)));
  }
}

TEST(MayWatch, NoMoreWithTheRightsForBpf) {
  proc::Status others = own_process();
  others.effective_uid = 0;
  for (const int capability : {CAP_BPF, CAP_PERFMON, CAP_DAC_READ_SEARCH}) {
    EXPECT_FALSE(may_watch(others, kDumpable, user_with(capability)));
    EXPECT_FALSE(may_watch(own_process(), !kDumpable, user_with(capability)));
  }
}

TEST(CheckOwner, AllowsOurselvesAndWhatIsGone) {
  EXPECT_TRUE(check_owner(::getpid()));
  EXPECT_TRUE(check_owner(0x7fffffff));
}

// The children end with 0 when all was as it should be.
int status_of(int (*in_child)()) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(in_child());
  int status = -1;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return status;
}

bool become_nobody() {
  constexpr uid_t kNobody = 65534;
  return ::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0;
}

// With file capabilities we are not dumpable, nor is a command of ours before its execve.
TEST(CheckOwner, AllowsACommandBeforeItsExecveWhereWeAreNotDumpableOurselves) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
  EXPECT_EQ(status_of([] {
              if (!become_nobody() || ::prctl(PR_SET_DUMPABLE, 0) != 0) return 2;
              const pid_t command = ::fork();
              if (command == 0)
                for (;;) ::pause();
              const bool allowed = check_owner(command).has_value();
              ::kill(command, SIGKILL);
              return allowed ? 0 : 1;
            }),
            0);
}

TEST(CheckOwner, RefusesOnesOwnThatIsNotDumpable) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become another user";
  EXPECT_EQ(status_of([] {
              if (!become_nobody()) return 2;
              const pid_t other = ::getpid();  // to its child it is a process of the same user
              if (::prctl(PR_SET_DUMPABLE, 1) != 0) return 3;
              const auto allowed_to_child = [other] {
                const pid_t child = ::fork();
                if (child == 0) ::_exit(check_owner(other) ? 0 : 1);
                int status = -1;
                ::waitpid(child, &status, 0);
                return status == 0;
              };
              if (!allowed_to_child()) return 4;
              if (::prctl(PR_SET_DUMPABLE, 0) != 0) return 5;
              return allowed_to_child() ? 6 : 0;
            }),
            0);
}

}  // namespace
}  // namespace debug_process::trace::bpf
