// echo_server: "ready PORT" on the first line, then for each connection exactly epoll_wait,
// accept4, read, write, close. SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "workload.h"

static int listen_on_any_port(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr*)&address, length) != 0 ||
      listen(listener, 16) != 0 ||
      getsockname(listener, (struct sockaddr*)&address, &length) != 0) {
    die("listen");
  }
  char line[32];
  snprintf(line, sizeof line, "ready %u\n", ntohs(address.sin_port));
  say(line);
  return listener;
}

int main(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int listener = listen_on_any_port();
  struct epoll_event interest = {.events = EPOLLIN, .data.fd = listener};
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &interest) != 0) die("epoll_ctl");
  for (;;) {
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) != 1) die("epoll_wait");
    int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0) die("accept4");
    char text[256];
    ssize_t got = read(peer, text, sizeof text);
    if (got > 0 && write(peer, text, (size_t)got) != got) die("write");
    close(peer);
  }
}
