// failing_opens N PATH: after a line on standard input, N times openat of a PATH that is not there.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  const unsigned long opens = number_argument(argc, argv, 1, 10000);
  const char* path = argc > 2 ? argv[2] : "/no/such/file";
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < opens; i++) {
    if (openat(AT_FDCWD, path, O_RDONLY) >= 0) return 1;
  }
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
