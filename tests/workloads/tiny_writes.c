// tiny_writes FILE: writes eight bytes at a time to the start of FILE, for ever.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  if (argc != 2) exit(2);
  int fd = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) die(argv[1]);
  say("ready\n");
  for (;;)
    if (pwrite(fd, "12345678", 8, 0) != 8) die("pwrite");
}
