// vfork_loop N: after a line on standard input, N children by vfork, each waited for.
// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include "workload.h"

// Not inlined: vfork returns twice into this frame.
__attribute__((noinline)) static void make_child(void) {
  pid_t child = vfork();
  if (child < 0) die("vfork");
  if (child == 0) _exit(0);
  if (waitpid(child, NULL, 0) != child) die("waitpid");
}

int main(int argc, char** argv) {
  const unsigned long children = number_argument(argc, argv, 1, 200);
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < children; i++) make_child();
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
