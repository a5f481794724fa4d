// signal_counter: makes system calls, and counts the SIGRTMIN that reach it; each line on standard
// input is answered with both counts. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "workload.h"

static atomic_ulong count;
static atomic_ulong signals;

static void on_signal(int signal_number) {
  (void)signal_number;
  atomic_fetch_add(&signals, 1);
}

static void* answer(void* unused) {
  (void)unused;
  while (wait_for_line()) {
    char line[80];
    snprintf(line, sizeof line, "signals %lu calls %lu\n", atomic_load(&signals),
             atomic_load(&count));
    say(line);
  }
  _exit(0);
}

int main(void) {
  sigset_t counted;
  sigemptyset(&counted);
  sigaddset(&counted, SIGRTMIN);
  pthread_sigmask(SIG_BLOCK, &counted, NULL);  // for the thread that answers
  pthread_t thread;
  if (pthread_create(&thread, NULL, answer, NULL) != 0) die("pthread_create");
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGRTMIN, &action, NULL);
  pthread_sigmask(SIG_UNBLOCK, &counted, NULL);
  say("ready\n");
  for (;;) {
    syscall(SYS_getppid);
    atomic_fetch_add(&count, 1);
  }
}
