// blocked: one thread each in epoll_wait, futex, read of a pipe and clock_nanosleep, for ever; the
// first thread reads standard input. "ready" comes when all four are blocked.
// SPDX-License-Identifier: Apache-2.0
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/prctl.h>

#include "workload.h"

struct blocked_thread {
  const char* name;
  void (*block)(void);
  long number;
  atomic_int tid;
};

static void in_epoll(void) {
  int fd = epoll_create1(0);
  struct epoll_event event;
  // epoll_pwait is on every architecture.
  syscall(SYS_epoll_pwait, fd, &event, 1, -1, NULL, 8);
}

static void in_futex(void) {
  static uint32_t word;
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void in_read(void) {
  int ends[2];
  char byte;
  if (pipe(ends) != 0 || read(ends[0], &byte, 1) < 0) die("pipe");
}

static void in_sleep(void) {
  const struct timespec long_time = {.tv_sec = 1000000, .tv_nsec = 0};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &long_time, NULL);
}

static struct blocked_thread threads[] = {
    {.name = "in-epoll", .block = in_epoll, .number = SYS_epoll_pwait},
    {.name = "in-futex", .block = in_futex, .number = SYS_futex},
    {.name = "in-read", .block = in_read, .number = SYS_read},
    {.name = "in-sleep", .block = in_sleep, .number = SYS_clock_nanosleep},
};

static void* run(void* argument) {
  struct blocked_thread* self = argument;
  prctl(PR_SET_NAME, self->name);
  atomic_store(&self->tid, own_tid());
  self->block();
  die(self->name);
}

int main(void) {
  const size_t count = sizeof threads / sizeof threads[0];
  for (size_t i = 0; i < count; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, &threads[i]) != 0) die("pthread_create");
  }
  for (size_t i = 0; i < count; i++) {
    while (atomic_load(&threads[i].tid) == 0) pause_a_millisecond();
    wait_until_blocked_in(atomic_load(&threads[i].tid), threads[i].number);
  }
  say("ready\n");
  wait_for_end_of_input();
  return 0;
}
