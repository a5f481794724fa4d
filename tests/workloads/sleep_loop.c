// sleep_loop: sleeps for half a millisecond and looks at a flag that nobody sets, for ever.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

static volatile bool done;

int main(void) {
  const struct timespec moment = {.tv_sec = 0, .tv_nsec = 500000};
  say("ready\n");
  while (!done) nanosleep(&moment, NULL);
  return 0;
}
