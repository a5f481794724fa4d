// spawn_loop FILE: makes a thread and waits for its end, without a pause, each counted in the first
// 8 bytes of FILE, which is mapped: the count can be read without disturbing the loop.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "shared_count.h"
#include "workload.h"

static void* one_call(void* unused) {
  (void)unused;
  syscall(SYS_getppid);
  return NULL;
}

int main(int argc, char** argv) {
  volatile unsigned long* const count = shared_count(argc, argv);
  say("ready\n");
  for (;;) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, one_call, NULL) != 0) die("pthread_create");
    pthread_join(thread, NULL);
    *count += 1;
  }
}
