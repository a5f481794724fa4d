// steady_load ROUNDS LATENCY_US MISSING: ROUNDS rounds a second, each on time whatever the one
// before took. In each a write to a pipe waits LATENCY_US for its reader, and MISSING opens of a
// file that is not there fail. Ends with its input. SPDX-License-Identifier: Apache-2.0
#include <poll.h>
#include <sys/prctl.h>

#include "workload.h"

enum { kPage = 4096, kMessage = 2 * kPage };

static char message[kMessage];

static struct timespec after(struct timespec time, unsigned long nanoseconds) {
  const long kSecond = 1000000000;
  time.tv_nsec += (long)nanoseconds;
  time.tv_sec += time.tv_nsec / kSecond;
  time.tv_nsec %= kSecond;
  return time;
}

// Another process, so that its calls are not counted. Half of each message fits into the pipe, so
// that the writer waits until it is read.
static _Noreturn void read_slowly(int pipe_fd, unsigned long latency_us) {
  const struct timespec latency = {.tv_sec = 0, .tv_nsec = (long)latency_us * 1000};
  prctl(PR_SET_TIMERSLACK, 1);
  for (;;) {
    struct pollfd ready = {.fd = pipe_fd, .events = POLLIN};
    if (poll(&ready, 1, -1) != 1) die("poll");
    nanosleep(&latency, NULL);
    for (int left = kMessage; left > 0;) {
      ssize_t got = read(pipe_fd, message, (size_t)left);
      if (got <= 0) exit(0);
      left -= (int)got;
    }
  }
}

int main(int argc, char** argv) {
  const unsigned long rounds = number_argument(argc, argv, 1, 100);
  const unsigned long latency_us = number_argument(argc, argv, 2, 1000);
  const unsigned long missing = number_argument(argc, argv, 3, 0);
  int ends[2];
  if (pipe(ends) != 0 || fcntl(ends[1], F_SETPIPE_SZ, kPage) != kPage) die("pipe");
  const pid_t reader = fork();
  if (reader < 0) die("fork");
  if (reader == 0) {
    close(ends[1]);
    read_slowly(ends[0], latency_us);
  }
  close(ends[0]);
  prctl(PR_SET_TIMERSLACK, 1);
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  say("ready\n");
  for (unsigned long round = 0;; round++) {
    if (round % rounds == 0 && poll(&input, 1, 0) != 0) return 0;
    next = after(next, 1000000000UL / rounds);
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    if (write(ends[1], message, kMessage) != kMessage) die("write");
    for (unsigned long i = 0; i < missing; i++)
      if (open("/no/such/file", O_RDONLY | O_CLOEXEC) >= 0) die("it is there");
  }
}
