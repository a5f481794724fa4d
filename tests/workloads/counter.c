// counter: a thread counts what it does; each line on standard input is answered with the count.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>

#include "workload.h"

static atomic_ulong count;
static atomic_bool stop;

static void* work(void* unused) {
  (void)unused;
  while (!atomic_load(&stop)) {
    for (int i = 0; i < 100; i++) syscall(SYS_getppid);
    atomic_fetch_add(&count, 100);
    pause_a_millisecond();
  }
  return NULL;
}

int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, NULL) != 0) die("pthread_create");
  say("ready\n");
  while (wait_for_line()) {
    char line[40];
    snprintf(line, sizeof line, "count %lu\n", atomic_load(&count));
    say(line);
  }
  atomic_store(&stop, true);
  pthread_join(thread, NULL);
  return 0;
}
