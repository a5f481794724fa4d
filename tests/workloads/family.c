// family: a parent, its child and its grandchild, there before anybody looks. After a line on
// standard input they make 100, 1000 and 10000 getppid calls; then the grandchild starts a program
// that makes 5000 more and exits with 7. The processes are named "family", "child", "grandchild"
// and "executed". SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/wait.h>

#include "workload.h"

enum { kOfParent = 100, kOfChild = 1000, kOfGrandchild = 10000, kOfExecuted = 5000, kStatus = 7 };

static const char* program;

static void make_calls(int calls) {
  for (int i = 0; i < calls; i++) syscall(SYS_getppid);
}

static void wait_for_byte(int fd) {
  char byte;
  if (read(fd, &byte, 1) != 1) _exit(0);  // the parent is gone
}

static void send_byte(int fd) {
  if (write(fd, "x", 1) != 1) _exit(1);
}

static void start_program(void) {
  const pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    execl(program, program, "executed", (char*)NULL);
    _exit(1);
  }
  if (waitpid(pid, NULL, 0) != pid) die("waitpid");
}

// `from` tells it to begin; it answers on `to`, and ends when `from` does.
static _Noreturn void be_grandchild(int from, int to) {
  prctl(PR_SET_NAME, "grandchild");
  send_byte(to);
  wait_for_byte(from);
  make_calls(kOfGrandchild);
  start_program();
  send_byte(to);
  wait_for_byte(from);
  _exit(0);
}

struct relative {
  int to;
  int from;
};

static struct relative start_relative(void (*be)(int from, int to)) {
  int down[2];
  int up[2];
  if (pipe(down) != 0 || pipe(up) != 0) die("pipe");
  const pid_t pid = fork();
  if (pid < 0) die("fork");
  if (pid == 0) {
    close(down[1]);
    close(up[0]);
    be(down[0], up[1]);
  }
  close(down[0]);
  close(up[1]);
  wait_for_byte(up[0]);  // it is there
  return (struct relative){.to = down[1], .from = up[0]};
}

static void be_child(int from, int to) {
  prctl(PR_SET_NAME, "child");
  const struct relative grandchild = start_relative(be_grandchild);
  send_byte(to);
  wait_for_byte(from);
  make_calls(kOfChild);
  send_byte(grandchild.to);
  wait_for_byte(grandchild.from);
  send_byte(to);
  wait_for_byte(from);
  _exit(0);
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "executed") == 0) {
    prctl(PR_SET_NAME, "executed");
    make_calls(kOfExecuted);
    return kStatus;
  }
  program = argv[0];
  const struct relative child = start_relative(be_child);
  say("ready\n");
  if (!wait_for_line()) return 1;
  make_calls(kOfParent);
  send_byte(child.to);
  wait_for_byte(child.from);
  say("done\n");
  wait_for_end_of_input();
  return 0;
}
