// fork_storm N RATE CALLS: after a line on standard input, N children by fork, RATE a second, each
// making CALLS getppid calls; every tenth kills itself, the others exit with 3. The parent makes no
// getppid. SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>

#include "workload.h"

enum { kNanosecondsPerSecond = 1000000000, kExitStatus = 3, kKilledEvery = 10 };

static _Noreturn void be_a_child(unsigned long index, unsigned long calls) {
  for (unsigned long call = 0; call < calls; call++) syscall(SYS_getppid);
  if (index % kKilledEvery == 0) raise(SIGKILL);
  _exit(kExitStatus);
}

int main(int argc, char** argv) {
  const unsigned long children = number_argument(argc, argv, 1, 1000);
  const unsigned long rate = number_argument(argc, argv, 2, 500);
  const unsigned long calls = number_argument(argc, argv, 3, 20);
  const struct timespec gap = {.tv_sec = 0, .tv_nsec = (long)(kNanosecondsPerSecond / rate)};
  say("ready\n");
  if (!wait_for_line()) return 1;
  unsigned long ended = 0;
  for (unsigned long i = 0; i < children; i++) {
    const pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) be_a_child(i, calls);
    nanosleep(&gap, NULL);
    while (waitpid(-1, NULL, WNOHANG) > 0) ended++;
  }
  for (; ended < children; ended++) {
    if (waitpid(-1, NULL, 0) < 0) die("waitpid");
  }
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
