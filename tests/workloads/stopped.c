// stopped: stops itself as soon as it has said "ready".
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "workload.h"

int main(void) {
  say("ready\n");
  raise(SIGSTOP);
  wait_for_end_of_input();
  return 0;
}
