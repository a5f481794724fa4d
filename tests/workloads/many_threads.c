// many_threads N [leave]: N threads wait in futex, for ever; the first thread reads standard input,
// or ends with "leave": a zombie leader. SPDX-License-Identifier: Apache-2.0
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "workload.h"

static atomic_ulong started;

static void* wait_for_ever(void* unused) {
  (void)unused;
  static uint32_t word;
  atomic_fetch_add(&started, 1);
  while (word == 0) syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
  return NULL;
}

int main(int argc, char** argv) {
  const unsigned long threads = number_argument(argc, argv, 1, 100);
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 * 1024);
  for (unsigned long i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &small, wait_for_ever, NULL) != 0) die("pthread_create");
  }
  while (atomic_load(&started) < threads) pause_a_millisecond();
  say("ready\n");
  if (argc > 2 && strcmp(argv[2], "leave") == 0) pthread_exit(NULL);
  wait_for_end_of_input();
  return 0;
}
