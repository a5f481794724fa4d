// thread_spawn N: after a line on standard input, N threads one after the other, each making one
// getppid call. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "workload.h"

static void* one_call(void* unused) {
  (void)unused;
  syscall(SYS_getppid);
  return NULL;
}

int main(int argc, char** argv) {
  const unsigned long threads = number_argument(argc, argv, 1, 1000);
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < threads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, one_call, NULL) != 0) die("pthread_create");
    pthread_join(thread, NULL);
  }
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
