// more_threads: after a line on standard input starts a thread every five milliseconds, each of
// which sleeps for ever; 5,000 at most. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "workload.h"

static _Noreturn void* sleep_for_ever(void* unused) {
  (void)unused;
  for (;;) pause();
}

int main(void) {
  const struct timespec moment = {.tv_sec = 0, .tv_nsec = 5000000};
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 << 10);
  say("ready\n");
  if (!wait_for_line()) return 0;
  say("done\n");
  for (int i = 0; i < 5000; i++) {
    pthread_t thread;
    if (pthread_create(&thread, &small, sleep_for_ever, NULL) != 0) die("thread");
    nanosleep(&moment, NULL);
  }
  wait_for_end_of_input();
  return 0;
}
