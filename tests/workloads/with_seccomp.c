// with_seccomp CALL=ERRNO... -- PROGRAM ARGS: runs PROGRAM under a seccomp filter that answers
// these calls with these errors and allows all others, as a container's does.
// SPDX-License-Identifier: Apache-2.0
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "workload.h"

enum { kMostRules = 16 };

struct name {
  const char* text;
  unsigned number;
};

static const struct name kCalls[] = {
    {"bpf", SYS_bpf},
    {"perf_event_open", SYS_perf_event_open},
    {"ptrace", SYS_ptrace},
    {"wait4", SYS_wait4},
};
static const struct name kErrors[] = {{"EPERM", EPERM}, {"ENOSYS", ENOSYS}, {"ECHILD", ECHILD}};

static unsigned look_up(const struct name* names, size_t count, const char* text) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i].text, text) == 0) return names[i].number;
  }
  fprintf(stderr, "with_seccomp: not known here: %s\n", text);
  exit(2);
}

#define LOOK_UP(names, text) look_up(names, sizeof names / sizeof names[0], text)

static unsigned short append_rule(struct sock_filter* at, char* rule) {
  char* const equals = strchr(rule, '=');
  if (equals == NULL) {
    fprintf(stderr, "with_seccomp: not CALL=ERRNO: %s\n", rule);
    exit(2);
  }
  *equals = '\0';
  const unsigned call = LOOK_UP(kCalls, rule);
  const unsigned error = LOOK_UP(kErrors, equals + 1);
  at[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
  at[1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
  return 2;
}

int main(int argc, char** argv) {
  struct sock_filter instructions[2 + 2 * kMostRules] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
  unsigned short length = 1;
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (i > kMostRules) return 2;
    length += append_rule(instructions + length, argv[i]);
  }
  if (i + 1 >= argc) {
    fprintf(stderr, "usage: with_seccomp CALL=ERRNO... -- PROGRAM ARGS\n");
    return 2;
  }
  instructions[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const struct sock_fprog filter = {.len = length, .filter = instructions};
  // Root may without no_new_privs, as a container engine does.
  if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) die("PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) die("PR_SET_SECCOMP");
  execv(argv[i + 1], argv + i + 1);
  die(argv[i + 1]);
}
