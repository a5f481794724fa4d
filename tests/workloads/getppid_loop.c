// getppid_loop N [--wait-for-start]: exactly N getppid calls, in one thread.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  const unsigned long calls = number_argument(argc, argv, 1, 1000000);
  const bool wait = argc > 2 && strcmp(argv[2], "--wait-for-start") == 0;
  if (wait) {
    say("ready\n");
    if (!wait_for_line()) return 1;
  }
  for (unsigned long i = 0; i < calls; i++) syscall(SYS_getppid);
  if (wait) {
    say("done\n");
    wait_for_end_of_input();
  }
  return 0;
}
