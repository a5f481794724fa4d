// busy_loop: CPU time and no system calls, for ever.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(void) {
  say("ready\n");
  for (volatile unsigned long turns = 0;;) turns = turns + 1;
}
