// seccomp_denied N: after a line on standard input, N getppid calls that a seccomp filter answers
// with EPERM. SPDX-License-Identifier: Apache-2.0
#include "deny_call.h"
#include "workload.h"

int main(int argc, char** argv) {
  const unsigned long calls = number_argument(argc, argv, 1, 1000);
  deny_call(SYS_getppid);
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < calls; i++) {
    if (syscall(SYS_getppid) != -1 || errno != EPERM) return 1;
  }
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
