// one_lock: four threads take turns to hold one mutex for a millisecond each, for ever.
// one_lock convoy: they hold it for next to nothing, and it goes to the one that waits longest.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "workload.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long long turns;

static _Noreturn void* hold_long(void* unused) {
  const struct timespec moment = {.tv_sec = 0, .tv_nsec = 50000};
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&lock);
    pause_a_millisecond();
    pthread_mutex_unlock(&lock);
    nanosleep(&moment, NULL);  // or it would take it again before the one that it has woken
  }
}

static _Noreturn void* hold_short(void* unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&lock);
    turns++;
    pthread_mutex_unlock(&lock);
  }
}

int main(int argc, char** argv) {
  const bool convoy = argc > 1 && strcmp(argv[1], "convoy") == 0;
  pthread_mutexattr_t attributes;
  // With priority inheritance the kernel hands the lock over.
  if (convoy && (pthread_mutexattr_init(&attributes) != 0 ||
                 pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT) != 0 ||
                 pthread_mutex_init(&lock, &attributes) != 0))
    die("pthread_mutex_init");
  for (int i = 0; i < 4; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, convoy ? hold_short : hold_long, NULL) != 0) die("thread");
  }
  say("ready\n");
  wait_for_end_of_input();
  return 0;
}
