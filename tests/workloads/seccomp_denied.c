// seccomp_denied N: after a line on standard input, N getppid calls that a seccomp filter answers
// with EPERM. SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "workload.h"

static void deny_getppid(void) {
  struct sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog filter = {
      .len = (unsigned short)(sizeof instructions / sizeof instructions[0]),
      .filter = instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) die("PR_SET_SECCOMP");
}

int main(int argc, char** argv) {
  const unsigned long calls = number_argument(argc, argv, 1, 1000);
  deny_getppid();
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < calls; i++) {
    if (syscall(SYS_getppid) != -1 || errno != EPERM) return 1;
  }
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
