// signal_restart N M: after a line on standard input, one read that N signals interrupt and the
// kernel restarts, then M times epoll_pwait that a signal ends with EINTR. Each signal is sent only
// when the call is blocked, so that the numbers are exact: N restarts of read, M errors of
// epoll_pwait, N + M rt_sigreturn. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>

#include "workload.h"

static unsigned long restarts;
static unsigned long interruptions;
static pid_t caller;
static int ends[2];
static atomic_ulong handled;

static void on_signal(int signal_number) {
  (void)signal_number;
  atomic_fetch_add(&handled, 1);
}

static void interrupt_in(long number, unsigned long times) {
  for (unsigned long i = 0; i < times; i++) {
    const unsigned long before = atomic_load(&handled);
    wait_until_blocked_in(caller, number);
    syscall(SYS_tgkill, getpid(), caller, SIGUSR1);
    while (atomic_load(&handled) == before) pause_a_millisecond();
  }
}

static void* interrupt(void* unused) {
  (void)unused;
  interrupt_in(SYS_read, restarts);
  wait_until_blocked_in(caller, SYS_read);
  if (write(ends[1], "x", 1) != 1) die("write");
  interrupt_in(SYS_epoll_pwait, interruptions);
  return NULL;
}

int main(int argc, char** argv) {
  restarts = number_argument(argc, argv, 1, 20);
  interruptions = number_argument(argc, argv, 2, 20);
  caller = own_tid();
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigaction(SIGUSR1, &action, NULL);
  int epoll = epoll_create1(0);
  if (pipe(ends) != 0 || epoll < 0) die("pipe");
  say("ready\n");
  if (!wait_for_line()) return 1;
  pthread_t interrupter;
  if (pthread_create(&interrupter, NULL, interrupt, NULL) != 0) die("pthread_create");
  char byte;
  if (read(ends[0], &byte, 1) != 1) die("read");
  for (unsigned long i = 0; i < interruptions; i++) {
    struct epoll_event event;
    if (syscall(SYS_epoll_pwait, epoll, &event, 1, -1, NULL, 8) != -1 || errno != EINTR) return 1;
  }
  pthread_join(interrupter, NULL);
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
