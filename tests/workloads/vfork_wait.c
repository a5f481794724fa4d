// vfork_wait: waits in vfork (state D) for a child that ends with standard input.
// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include "workload.h"

int main(void) {
  say("ready\n");
  const pid_t child = vfork();
  if (child < 0) die("vfork");
  if (child == 0) {
    wait_for_end_of_input();
    _exit(0);
  }
  if (waitpid(child, NULL, 0) != child) die("waitpid");
  say("done\n");
  return 0;
}
