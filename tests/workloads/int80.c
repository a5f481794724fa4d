// int80 N M: after a line on standard input, N getpid calls of the 32-bit table through int $0x80
// and M 64-bit ones, from the same 64-bit process. "unsupported" and 77 where there is no such
// thing. SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "workload.h"

enum { kUnsupported = 77 };

static void unsupported(int signal_number) {
  (void)signal_number;
  say("unsupported\n");
  _exit(kUnsupported);
}

#ifdef __x86_64__
static long getpid32(void) {
  enum { kGetpid32 = 20 };
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(kGetpid32)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}
#endif

int main(int argc, char** argv) {
#ifdef __x86_64__
  const unsigned long calls32 = number_argument(argc, argv, 1, 1000);
  const unsigned long calls64 = number_argument(argc, argv, 2, 500);
  signal(SIGSEGV, unsupported);  // what a kernel without 32-bit emulation answers
  if (getpid32() != getpid()) unsupported(0);
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < calls32; i++) getpid32();
  for (unsigned long i = 0; i < calls64; i++) syscall(SYS_getpid);
  say("done\n");
  wait_for_end_of_input();
  return 0;
#else
  (void)argc;
  (void)argv;
  unsupported(0);
#endif
}
