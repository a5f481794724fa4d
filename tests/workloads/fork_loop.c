// fork_loop N: after a line on standard input, N children by fork, each making ten getppid calls
// and waited for; the parent makes none. SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include "workload.h"

int main(int argc, char** argv) {
  const unsigned long children = number_argument(argc, argv, 1, 200);
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < children; i++) {
    pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      for (int call = 0; call < 10; call++) syscall(SYS_getppid);
      _exit(0);
    }
    if (waitpid(child, NULL, 0) != child) die("waitpid");
  }
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
