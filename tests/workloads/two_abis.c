// two_abis N M: after a line on standard input, N getpid calls of the 32-bit table and M of the
// 64-bit one, from the same process: on x86-64 through int $0x80, on arm64, where a program has
// only one of the tables, by becoming arm32_calls after the 64-bit ones. "unsupported" and 77 where
// there is no such thing. SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>

#include "workload.h"

enum { kUnsupported = 77 };

static void unsupported(int signal_number) {
  (void)signal_number;
  say("unsupported\n");
  _exit(kUnsupported);
}

#if defined(__x86_64__)

static long getpid32(void) {
  enum { kGetpid32 = 20 };
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"(kGetpid32)
                   : "memory", "r8", "r9", "r10", "r11");
  return result;
}

static bool is_supported(void) {
  signal(SIGSEGV, unsupported);  // what a kernel without 32-bit emulation answers
  return getpid32() == getpid();
}

static void call_32(const char* times) {
  const unsigned long calls = strtoul(times, NULL, 10);
  for (unsigned long i = 0; i < calls; i++) getpid32();
  say("done\n");
  wait_for_end_of_input();
}

#else

// It says "done" and waits for the end of its input, if it called.
static void call_32(const char* times) {
  char program[4096] = "";
  if (readlink("/proc/self/exe", program, sizeof program - sizeof "arm32_calls") < 0)
    die("readlink");
  strcpy(strrchr(program, '/') + 1, "arm32_calls");
  execl(program, program, times, (char*)NULL);
}

static bool is_supported(void) {
  int status = 0;
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    call_32("0");
    _exit(kUnsupported);
  }
  if (waitpid(child, &status, 0) != child) die("waitpid");
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif

int main(int argc, char** argv) {
  const char* const calls32 = argc > 1 ? argv[1] : "1000";
  const unsigned long calls64 = number_argument(argc, argv, 2, 500);
  if (!is_supported()) unsupported(0);
  say("ready\n");
  if (!wait_for_line()) return 1;
  for (unsigned long i = 0; i < calls64; i++) syscall(SYS_getpid);
  call_32(calls32);
}
