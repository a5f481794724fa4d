// hostile_name DIRECTORY: a process whose arguments, name, thread, open and mapped file, socket and
// failing paths all carry escape sequences, newlines, markup and text that is not UTF-8. The open
// file is made in DIRECTORY, and removed at the end. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "workload.h"

// Clears the screen, sets the window's title, begins a line, adds a carriage return and a C1
// control, breaks UTF-8, makes a link of the terminal's, turns and hides text, and would be
// Markdown and HTML. No slash: it is a file's name, too.
#define HOSTILE                                                            \
  "\x1b[2J\x1b]0;owned\x07\nDiagnosis: all is well\r\xc2\x9b\x31m\xff\xfe" \
  "\x1b]8;;mailto:x\x07y\x1b]8;;\x07\xe2\x80\xae\xe2\x80\x8b`|](mailto:x)<script>\n# heading"

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

static void* wait_for_ever(void* unused) {
  prctl(PR_SET_NAME, "\x1b]0;t\x07\n`|<b>\xe2\x80\xae");
  for (;;) pause();
  return unused;
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
  if (ftruncate(fd, 4096) != 0 || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
    die("mmap");
  bind_hostile_socket();
  pthread_t thread;
  if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) die("pthread_create");
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
