// Counts that can be read without disturbing the workload: the first bytes of a file, mapped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include "workload.h"

// `count` numbers at the beginning of the file.
static inline volatile unsigned long* shared_counts(const char* file, unsigned long count) {
  const size_t bytes = count * sizeof(unsigned long);
  const int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0) die(file);
  volatile unsigned long* const counts =
      mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (counts == MAP_FAILED) die("mmap");
  close(fd);
  return counts;
}

// Of the file that is the only argument.
static inline volatile unsigned long* shared_count(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s FILE\n", argv[0]);
    exit(2);
  }
  return shared_counts(argv[1], 1);
}
