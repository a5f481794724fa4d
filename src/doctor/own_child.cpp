// SPDX-License-Identifier: Apache-2.0
#include "doctor/own_child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "util/fd.h"

namespace debug_process::doctor {
namespace {

[[noreturn]] void sleep_for_ever(int ready, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before that: nobody would end us
  ::prctl(PR_SET_NAME, "dp-doctor-child");
  // With file capabilities on our binary we are not dumpable, and other rules hold for us than for
  // a program of the user's.
  ::prctl(PR_SET_DUMPABLE, 1);
  (void)!::write(ready, "r", 1);
  ::close(ready);
  for (;;) ::pause();
}

}  // namespace

Result<OwnChild> OwnChild::start() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe");
  const UniqueFd ready(ends[0]);
  UniqueFd child_end(ends[1]);
  const pid_t ourselves = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno("start a child");
  if (pid == 0) sleep_for_ever(child_end.get(), ourselves);
  OwnChild child(pid);
  child_end.reset();
  char byte = 0;
  ssize_t got = 0;
  do got = ::read(ready.get(), &byte, 1);
  while (got < 0 && errno == EINTR);
  if (got != 1) return fail({"start a child", {}, 0, "it ended at once", {}});
  return child;
}

OwnChild::~OwnChild() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace debug_process::doctor
