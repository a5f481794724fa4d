// paced_loop: getppid as fast as it goes; each line on standard input is answered with the calls
// made so far and the nanoseconds of CLOCK_MONOTONIC. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>

#include "workload.h"

static atomic_ulong count;
static atomic_bool stop;

static void* work(void* unused) {
  (void)unused;
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    syscall(SYS_getppid);
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  }
  return NULL;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL) != 0) die("pthread_create");
  say("ready\n");
  while (wait_for_line()) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    char line[80];
    snprintf(line, sizeof line, "%lu %lld\n", atomic_load(&count),
             (long long)now.tv_sec * 1000000000 + now.tv_nsec);
    say(line);
  }
  atomic_store(&stop, true);
  pthread_join(thread, NULL);
  return 0;
}
