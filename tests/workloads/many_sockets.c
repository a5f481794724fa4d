// many_sockets N: opens N descriptors, half of them files and half TCP sockets, connected to each
// other over the loopback interface, and pauses. SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <sys/socket.h>

#include "raise_limit.h"

static int listen_on(struct sockaddr_in* address) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  address->sin_family = AF_INET;
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof *address;
  if (listener < 0 || bind(listener, (struct sockaddr*)address, length) != 0 ||
      listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr*)address, &length) != 0)
    die("listen");
  return listener;
}

int main(int argc, char** argv) {
  const unsigned long count = number_argument(argc, argv, 1, 1000);
  raise_fd_limit(count);
  struct sockaddr_in address = {0};
  const int listener = listen_on(&address);
  for (unsigned long opened = 0; opened < count; opened += 4) {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0 || connect(client, (struct sockaddr*)&address, sizeof address) != 0)
      die("connect");
    if (accept(listener, NULL, NULL) < 0) die("accept");
    for (int i = 0; i < 2; i++)
      if (open("/proc/self/exe", O_RDONLY) < 0) die("open");
  }
  say("ready\n");
  wait_for_end_of_input();
  return 0;
}
