// stat_loop: asks for the state of /etc/passwd, for ever.
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "workload.h"

int main(void) {
  struct stat state;
  say("ready\n");
  for (;;)
    if (stat("/etc/passwd", &state) != 0) die("stat");
}
