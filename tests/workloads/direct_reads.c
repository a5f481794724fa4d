// direct_reads FILE: reads the first page of FILE from the disk itself, for ever.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  static char page[4096] __attribute__((aligned(4096)));
  if (argc != 2) exit(2);
  int fd = open(argv[1], O_RDONLY | O_DIRECT | O_CLOEXEC);
  if (fd < 0) die(argv[1]);
  say("ready\n");
  for (;;)
    if (pread(fd, page, sizeof page, 0) != sizeof page) die("pread");
}
