// epoll_eintr_fatal [traffic|naps]: threads in epoll_wait, semop, sigtimedwait and a recv with a
// timeout on its socket, for which an EINTR is fatal: it says which call and exits with 3. Each
// line on standard input is answered with how often they came back. With "traffic" they do a
// thousand times a second or so; without, never. With "naps" another thread sleeps and waits in
// sigtimedwait by turns, for a moment each: the sleep may be interrupted, the wait may not.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "workload.h"

enum { kInterrupted = 3 };

// The C library makes one of the other, as it likes.
#ifdef SYS_semtimedop
static const long blocking_semop = SYS_semtimedop;
#else
static const long blocking_semop = SYS_semop;
#endif

static atomic_ulong rounds;
static int readable[2];
static int sockets[2];
static int semaphore;
static pthread_t waiter;
static atomic_int tids[4];

static _Noreturn void give_up(const char* call) {
  char line[80];
  snprintf(line, sizeof line, "%s: %s\n", call, strerror(errno));
  say(line);
  semctl(semaphore, 0, IPC_RMID);
  _exit(kInterrupted);
}

static void work(void) {
  for (int i = 0; i < 5; i++) syscall(SYS_getppid);
  atomic_fetch_add(&rounds, 1);
}

static void* in_epoll(void* tid) {
  atomic_store((atomic_int*)tid, own_tid());
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(epoll, EPOLL_CTL_ADD, readable[0], &event);
  for (;;) {
    char byte;
    // epoll_pwait is on every architecture.
    if (syscall(SYS_epoll_pwait, epoll, &event, 1, -1, NULL, 8) != 1) give_up("epoll_pwait");
    if (read(readable[0], &byte, 1) != 1) give_up("read");
    work();
  }
}

static void* in_semop(void* tid) {
  atomic_store((atomic_int*)tid, own_tid());
  for (;;) {
    struct sembuf take = {.sem_num = 0, .sem_op = -1};
    if (syscall(blocking_semop, semaphore, &take, 1, NULL) != 0) give_up("semop");
    work();
  }
}

static void* in_sigtimedwait(void* tid) {
  atomic_store((atomic_int*)tid, own_tid());
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  const struct timespec long_time = {.tv_sec = 1000000, .tv_nsec = 0};
  for (;;) {
    if (sigtimedwait(&signals, NULL, &long_time) != SIGUSR1) give_up("sigtimedwait");
    work();
  }
}

static void* in_recv(void* tid) {
  atomic_store((atomic_int*)tid, own_tid());
  const struct timeval long_time = {.tv_sec = 1000000, .tv_usec = 0};
  setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &long_time, sizeof long_time);
  for (;;) {
    char byte;
    if (recv(sockets[0], &byte, 1, 0) != 1) give_up("recv");
    work();
  }
}

static void* in_naps(void* unused) {
  (void)unused;
  const struct timespec moment = {.tv_sec = 0, .tv_nsec = 50000};
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  prctl(PR_SET_TIMERSLACK, 1);
  for (;;) {
    nanosleep(&moment, NULL);
    if (sigtimedwait(&signals, NULL, &moment) >= 0 || errno != EAGAIN) give_up("sigtimedwait");
    atomic_fetch_add(&rounds, 1);
  }
}

static void* make_traffic(void* unused) {
  (void)unused;
  for (;;) {
    struct sembuf give = {.sem_num = 0, .sem_op = 1};
    if (write(readable[1], "x", 1) != 1 || send(sockets[1], "x", 1, 0) != 1) die("write");
    if (semop(semaphore, &give, 1) != 0) die("semop");
    pthread_kill(waiter, SIGUSR1);
    pause_a_millisecond();
  }
}

int main(int argc, char** argv) {
  const bool traffic = argc > 1 && strcmp(argv[1], "traffic") == 0;
  const bool naps = argc > 1 && strcmp(argv[1], "naps") == 0;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, NULL);
  semaphore = semget(IPC_PRIVATE, 1, 0600);
  if (semaphore < 0 || pipe(readable) != 0) die("semget");
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) die("socketpair");
  void* (*const runs[])(void*) = {in_epoll, in_semop, in_sigtimedwait, in_recv};
  const long calls[] = {SYS_epoll_pwait, blocking_semop, SYS_rt_sigtimedwait, SYS_recvfrom};
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) {
    if (pthread_create(&threads[i], NULL, runs[i], &tids[i]) != 0) die("pthread_create");
    while (atomic_load(&tids[i]) == 0) pause_a_millisecond();
    wait_until_blocked_in(atomic_load(&tids[i]), calls[i]);
  }
  waiter = threads[2];
  pthread_t thread;
  void* (*const more)(void*) = traffic ? make_traffic : naps ? in_naps : NULL;
  if (more != NULL && pthread_create(&thread, NULL, more, NULL) != 0) die("pthread_create");
  say("ready\n");
  while (wait_for_line()) {
    char line[40];
    snprintf(line, sizeof line, "count %lu\n", atomic_load(&rounds));
    say(line);
  }
  semctl(semaphore, 0, IPC_RMID);
  return 0;
}
