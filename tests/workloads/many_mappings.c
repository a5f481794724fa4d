// many_mappings N: makes N mappings of a page each that do not merge, touches every second of them,
// and pauses. SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include "workload.h"

int main(int argc, char** argv) {
  const unsigned long count = number_argument(argc, argv, 1, 1000);
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (unsigned long i = 0; i < count; i++) {
    // Neighbours differ in protection, or the kernel would make one mapping of them.
    const int protection = i % 2 == 0 ? PROT_READ | PROT_WRITE : PROT_READ;
    char* mapping = mmap(NULL, page, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) die("mmap");
    if (i % 2 == 0) *mapping = 1;
  }
  say("ready\n");
  wait_for_end_of_input();
  return 0;
}
