// counted_threads N: after a line on standard input each of N threads makes as many getppid calls
// as its name says ("calls 57"; 1 to 100), and then waits in futex, for ever.
// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>

#include "workload.h"

enum { kMostCalls = 100 };

struct caller {
  unsigned long calls;
  atomic_int tid;
};

static atomic_ulong finished;
static atomic_uint begin;
static atomic_uint never;

static void wait_until_set(atomic_uint* word) {
  while (atomic_load(word) == 0) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void* make_calls(void* argument) {
  struct caller* const self = argument;
  char name[16];
  snprintf(name, sizeof name, "calls %lu", self->calls);
  pthread_setname_np(pthread_self(), name);
  atomic_store(&self->tid, own_tid());
  wait_until_set(&begin);
  for (unsigned long i = 0; i < self->calls; i++) syscall(SYS_getppid);
  atomic_fetch_add(&finished, 1);
  wait_until_set(&never);
  return NULL;
}

int main(int argc, char** argv) {
  const unsigned long threads = number_argument(argc, argv, 1, 100);
  struct caller* const callers = calloc(threads, sizeof(struct caller));
  if (callers == NULL) die("calloc");
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 64 * 1024);
  for (unsigned long i = 0; i < threads; i++) {
    pthread_t thread;
    callers[i].calls = i % kMostCalls + 1;
    if (pthread_create(&thread, &small, make_calls, &callers[i]) != 0) die("pthread_create");
  }
  for (unsigned long i = 0; i < threads; i++) {
    while (atomic_load(&callers[i].tid) == 0) pause_a_millisecond();
    wait_until_blocked_in(atomic_load(&callers[i].tid), SYS_futex);
  }
  say("ready\n");
  if (!wait_for_line()) return 1;
  atomic_store(&begin, 1);
  syscall(SYS_futex, &begin, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
  while (atomic_load(&finished) < threads) pause_a_millisecond();
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
