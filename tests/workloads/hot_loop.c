// hot_loop FILE: getppid without a pause, each counted in the first 8 bytes of FILE, which is
// mapped: the count can be read without disturbing the loop. SPDX-License-Identifier: Apache-2.0
#include "shared_count.h"
#include "workload.h"

int main(int argc, char** argv) {
  volatile unsigned long* const count = shared_count(argc, argv);
  say("ready\n");
  for (;;) {
    syscall(SYS_getppid);
    *count += 1;
  }
}
