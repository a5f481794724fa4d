// call_storm THREADS FILE: after a line on standard input THREADS threads call getppid without a
// pause, until another line: then "done COUNT", how many that were. Until then FILE has the count
// of each thread in the first 8 of each 64 bytes, mapped. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>

#include "shared_count.h"

// Each thread's in a cache line of its own, so that none waits for another.
enum { kStride = 64 / sizeof(unsigned long) };

static atomic_bool stop;

static void* call(void* argument) {
  volatile unsigned long* const count = argument;
  while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
    syscall(SYS_getppid);
    *count += 1;
  }
  return NULL;
}

int main(int argc, char** argv) {
  const unsigned long threads = number_argument(argc, argv, 1, 2);
  if (argc != 3) {
    fprintf(stderr, "usage: %s THREADS FILE\n", argv[0]);
    return 2;
  }
  volatile unsigned long* const counts = shared_counts(argv[2], threads * kStride);
  pthread_t* const all = calloc(threads, sizeof(pthread_t));
  if (all == NULL) die("calloc");
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < threads; i++)
    if (pthread_create(&all[i], NULL, call, (void*)&counts[i * kStride]) != 0)
      die("pthread_create");
  (void)wait_for_line();
  atomic_store(&stop, true);
  unsigned long sum = 0;
  for (unsigned long i = 0; i < threads; i++) {
    pthread_join(all[i], NULL);
    sum += counts[i * kStride];
  }
  char line[40];
  snprintf(line, sizeof line, "done %lu\n", sum);
  say(line);
  wait_for_end_of_input();
  return 0;
}
