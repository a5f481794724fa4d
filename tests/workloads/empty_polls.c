// empty_polls: asks epoll with a timeout of 0 whether anything is ready, for ever. Nothing ever is.
// SPDX-License-Identifier: Apache-2.0
#include <sys/epoll.h>

#include "workload.h"

int main(void) {
  int ends[2];
  int set = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  if (pipe(ends) != 0 || set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, ends[0], &event) != 0)
    die("epoll");
  say("ready\n");
  for (;;)
    if (epoll_wait(set, &event, 1, 0) != 0) die("epoll_wait");
}
