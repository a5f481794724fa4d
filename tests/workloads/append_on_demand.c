// append_on_demand FILE: for each line on standard input appends a line to FILE.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  if (argc != 2) exit(2);
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) die(argv[1]);
  say("ready\n");
  while (wait_for_line())
    if (write(fd, "line\n", 5) != 5) die("write");
  return 0;
}
