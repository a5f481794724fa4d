// every_call [native|compat32]: makes each system call of a table once, and a seccomp filter
// refuses them all with ENOSYS, so that none does anything. A tracer sees every one of them begin.
// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "workload.h"

// A call whose sixth argument this is does happen.
static const unsigned kMayPass = 0x6d617970;
static const long kNumbers = 470;
// Between these the 64-bit tables have only x86-64's uretprobe, which kills whoever calls it.
static const long kHoleBegins = 335;
static const long kHoleEnds = 424;

static void refuse_all_calls(void) {
  struct sock_filter instructions[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[5])),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMayPass, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  };
  const struct sock_fprog program = {sizeof instructions / sizeof *instructions, instructions};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("prctl no_new_privs");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) die("prctl seccomp");
}

static void call(long number, bool compat32) {
#if defined(__x86_64__)
  if (compat32) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(number), "b"(0L), "c"(0L), "d"(0L), "S"(0L), "D"(0L)
                     : "memory", "r8", "r9", "r10", "r11");
    return;
  }
#endif
  if (!compat32) syscall(number, 0L, 0L, 0L, 0L, 0L, 0L);
}

int main(int argc, char** argv) {
  const bool compat32 = argc > 1 && strcmp(argv[1], "compat32") == 0;
  refuse_all_calls();
  for (long number = 0; number < kNumbers; number++) {
    if (compat32 || number < kHoleBegins || number >= kHoleEnds) call(number, compat32);
  }
  syscall(SYS_exit_group, 0L, 0L, 0L, 0L, 0L, (long)kMayPass);
}
