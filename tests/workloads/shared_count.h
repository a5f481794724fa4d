// A count that can be read without disturbing the workload: the first 8 bytes of a file, mapped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include "workload.h"

// Of the file that is the only argument.
static inline volatile unsigned long* shared_count(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    exit(2);
  }
  const int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(unsigned long)) != 0) die(argv[1]);
  volatile unsigned long* const count =
      mmap(NULL, sizeof(unsigned long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (count == MAP_FAILED) die("mmap");
  return count;
}
