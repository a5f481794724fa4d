// many_fds N [M]: opens N descriptors (files, sockets, pipes, eventfds) and M mappings, N unless
// given, that do not merge, and pauses. SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "raise_limit.h"

// How many descriptors were opened, 1 or 2.
static unsigned long open_some(unsigned long turn, unsigned long wanted) {
  int pair[2];
  if (wanted >= 2 && turn % 5 == 1) {
    if (pipe(pair) != 0) die("pipe");
    return 2;
  }
  if (wanted >= 2 && turn % 5 == 2) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) die("socketpair");
    return 2;
  }
  int fd = -1;
  if (turn % 5 == 3) {
    fd = eventfd(0, 0);
  } else if (turn % 5 == 4) {
    fd = socket(AF_INET, SOCK_DGRAM, 0);
  } else {
    fd = open("/proc/self/exe", O_RDONLY);
  }
  if (fd < 0) die("open");
  return 1;
}

int main(int argc, char** argv) {
  const unsigned long count = number_argument(argc, argv, 1, 1000);
  const unsigned long mappings = number_argument(argc, argv, 2, count);
  raise_fd_limit(count);
  unsigned long turn = 0;
  for (unsigned long opened = 0; opened < count; turn++) opened += open_some(turn, count - opened);
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  for (unsigned long i = 0; i < mappings; i++) {
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
