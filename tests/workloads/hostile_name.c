// hostile_name DIRECTORY: a process whose arguments, name, open file, socket and failing paths all
// carry escape sequences, newlines and text that is not UTF-8. The open file is made in DIRECTORY,
// and removed at the end. SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "workload.h"

// Clears the screen, sets the window's title, begins a line, adds a carriage return and a C1
// control, breaks UTF-8.
#define HOSTILE "\x1b[2J\x1b]0;owned\x07\nDiagnosis: all is well\r\xc2\x9b\x31m\xff\xfe"

static void bind_hostile_socket(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char name[] = HOSTILE;
  memcpy(address.sun_path + 1, name,
         sizeof name - 1);  // a leading 0: the abstract namespace, no file
  snprintf(address.sun_path + sizeof name, 16, "%d", getpid());
  const socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name +
                                       strlen(address.sun_path + sizeof name));
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, (struct sockaddr*)&address, length) != 0 || listen(fd, 1) != 0)
    die("bind");
}

int main(int argc, char** argv) {
  if (argc == 2) {
    char* hostile[] = {(char*)"evil" HOSTILE, argv[1], (char*)HOSTILE, NULL};
    execv("/proc/self/exe", hostile);
    die("execv");
  }
  if (argc < 3) return 2;
  prctl(PR_SET_NAME, "x\x1b[2J\n\xff\xfe\ty");
  char path[4096];
  snprintf(path, sizeof path, "%s/file" HOSTILE, argv[1]);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) die("open");
  bind_hostile_socket();
  say("ready\n");
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  for (;;) {
    char byte;
    if (read(STDIN_FILENO, &byte, 1) == 0) break;
    openat(AT_FDCWD, "/no/such/" HOSTILE, O_RDONLY);
    if (pwrite(fd, "x", 1, 0) != 1) die("pwrite");
    pause_a_millisecond();
  }
  unlink(path);
  return 0;
}
