// exec_from_thread PROGRAM [ARG...]: after a line on standard input, a thread that is not the first
// one executes PROGRAM, which goes on under the same PID. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "workload.h"

static char** program;

static void* execute(void* unused) {
  (void)unused;
  execv(program[0], program);
  die(program[0]);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  program = argv + 1;
  say("ready\n");
  if (!wait_for_line()) return 1;
  pthread_t thread;
  if (pthread_create(&thread, NULL, execute, NULL) != 0) die("pthread_create");
  pthread_join(thread, NULL);
  return 1;
}
