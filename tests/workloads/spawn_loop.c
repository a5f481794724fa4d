// spawn_loop FILE: makes a thread and waits for its end, without a pause, each counted in the first
// 8 bytes of FILE, which is mapped: the count can be read without disturbing the loop.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/mman.h>

#include "workload.h"

static void* one_call(void* unused) {
  (void)unused;
  syscall(SYS_getppid);
  return NULL;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: spawn_loop FILE\n");
    return 2;
  }
  const int fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ftruncate(fd, sizeof(unsigned long)) != 0) die(argv[1]);
  volatile unsigned long* const count =
      mmap(NULL, sizeof(unsigned long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (count == MAP_FAILED) die("mmap");
  say("ready\n");
  for (;;) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, one_call, NULL) != 0) die("pthread_create");
    pthread_join(thread, NULL);
    *count += 1;
  }
}
