// What the workloads share: talking to the test over standard input and output, without stdio.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static inline _Noreturn void die(const char* what) {
  perror(what);
  exit(1);
}

static inline void say(const char* line) {
  size_t left = strlen(line);
  while (left > 0) {
    ssize_t written = write(STDOUT_FILENO, line, left);
    if (written < 0) {
      if (errno == EINTR) continue;
      die("write");
    }
    line += written;
    left -= (size_t)written;
  }
}

// True when a line came, false at the end of the input.
static inline bool wait_for_line(void) {
  for (;;) {
    char byte;
    ssize_t got = read(STDIN_FILENO, &byte, 1);
    if (got == 1 && byte == '\n') return true;
    if (got == 0 || (got < 0 && errno != EINTR)) return false;
  }
}

static inline void wait_for_end_of_input(void) {
  while (wait_for_line()) {
  }
}

// "KIND FD", or "KIND - REASON" where errno says why there is none.
static inline int tell_fd(const char* kind, int fd) {
  char line[128];
  if (fd >= 0) {
    snprintf(line, sizeof line, "%s %d\n", kind, fd);
  } else {
    snprintf(line, sizeof line, "%s - %s\n", kind, strerror(errno));
  }
  say(line);
  return fd;
}

static inline void pause_a_millisecond(void) {
  const struct timespec millisecond = {.tv_sec = 0, .tv_nsec = 1000000};
  nanosleep(&millisecond, NULL);
}

static inline pid_t own_tid(void) {
  return (pid_t)syscall(SYS_gettid);
}

// Returns once thread `tid` of this process is blocked in system call `number`, as
// /proc/self/task/TID/syscall says.
static inline void wait_until_blocked_in(pid_t tid, long number) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", tid);
  for (;;) {
    char text[128] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) die(path);
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    if (got > 0 && text[0] >= '0' && text[0] <= '9' && strtol(text, NULL, 10) == number) return;
    pause_a_millisecond();
  }
}

static inline unsigned long number_argument(int argc, char** argv, int index,
                                            unsigned long fallback) {
  if (index >= argc) return fallback;
  char* end = NULL;
  unsigned long value = strtoul(argv[index], &end, 10);
  if (end == argv[index] || *end != '\0') {
    fprintf(stderr, "%s: not a number: %s\n", argv[0], argv[index]);
    exit(2);
  }
  return value;
}
