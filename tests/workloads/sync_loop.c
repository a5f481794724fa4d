// sync_loop FILE: writes a page to FILE and makes sure that it is on the disk, for ever.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  static char page[4096];
  if (argc != 2) exit(2);
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) die(argv[1]);
  say("ready\n");
  for (;;)
    if (pwrite(fd, page, sizeof page, 0) != sizeof page || fsync(fd) != 0) die("fsync");
}
