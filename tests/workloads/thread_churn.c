// thread_churn [N]: four threads make N getppid calls each, after a line on standard input, while
// other threads are created and end all the time. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>

#include "workload.h"

enum { kWorkers = 4, kChurners = 2, kBrood = 4 };

static unsigned long calls_each;
static pthread_barrier_t start;
static atomic_bool stop;

static void* work(void* unused) {
  (void)unused;
  pthread_barrier_wait(&start);
  for (unsigned long i = 0; i < calls_each; i++) syscall(SYS_getppid);
  return NULL;
}

static void* short_life(void* unused) {
  (void)unused;
  for (int i = 0; i < 3; i++) syscall(SYS_getuid);
  return NULL;
}

static void* churn(void* unused) {
  (void)unused;
  while (!atomic_load(&stop)) {
    pthread_t brood[kBrood];
    for (int i = 0; i < kBrood; i++) {
      if (pthread_create(&brood[i], NULL, short_life, NULL) != 0) die("pthread_create");
    }
    for (int i = 0; i < kBrood; i++) pthread_join(brood[i], NULL);
  }
  return NULL;
}

int main(int argc, char** argv) {
  calls_each = number_argument(argc, argv, 1, 250000);
  pthread_barrier_init(&start, NULL, kWorkers + 1);
  pthread_t workers[kWorkers];
  pthread_t churners[kChurners];
  for (int i = 0; i < kWorkers; i++) {
    if (pthread_create(&workers[i], NULL, work, NULL) != 0) die("pthread_create");
  }
  for (int i = 0; i < kChurners; i++) {
    if (pthread_create(&churners[i], NULL, churn, NULL) != 0) die("pthread_create");
  }
  say("ready\n");
  if (!wait_for_line()) return 1;
  pthread_barrier_wait(&start);
  for (int i = 0; i < kWorkers; i++) pthread_join(workers[i], NULL);
  atomic_store(&stop, true);
  for (int i = 0; i < kChurners; i++) pthread_join(churners[i], NULL);
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
