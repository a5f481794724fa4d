// timed_waits: after each line on standard input, ten waits on a futex that nobody wakes, which end
// by their timeouts. SPDX-License-Identifier: Apache-2.0
#include <linux/futex.h>

#include "workload.h"

int main(void) {
  unsigned word = 0;
  const struct timespec step = {.tv_sec = 0, .tv_nsec = 100000};
  say("ready\n");
  while (wait_for_line()) {
    for (int i = 0; i < 10; i++) syscall(SYS_futex, &word, FUTEX_WAIT, 0, &step, NULL, 0);
    say("done\n");
  }
  return 0;
}
