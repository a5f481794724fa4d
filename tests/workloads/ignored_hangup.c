// ignored_hangup: waits in epoll for a socket whose peer has closed, and does nothing about it, for
// ever. SPDX-License-Identifier: Apache-2.0
#include <sys/epoll.h>
#include <sys/socket.h>

#include "workload.h"

int main(void) {
  int ends[2];
  int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) die("socketpair");
  if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) != 0) die("epoll");
  close(ends[1]);
  say("ready\n");
  for (;;)
    if (epoll_wait(set, &event, 1, -1) != 1) die("epoll_wait");
}
