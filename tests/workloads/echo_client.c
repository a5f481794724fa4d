// echo_client PORT [N]: N requests, a connection each, to the echo_server on PORT; without N, for
// ever. "ready" comes after the first answer. SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "workload.h"

static void request(const struct sockaddr_in* address) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, (const struct sockaddr*)address, sizeof *address) != 0) die("connect");
  char text[16] = "hello";
  if (write(fd, text, 5) != 5) die("write");
  if (read(fd, text, sizeof text) != 5) die("read");
  // Not an orderly end but a reset: no TIME_WAIT, or a long run would use up the ports.
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close(fd);
}

int main(int argc, char** argv) {
  const unsigned long port = number_argument(argc, argv, 1, 0);
  const unsigned long requests = number_argument(argc, argv, 2, 0);
  const struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t)port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (unsigned long i = 0; requests == 0 || i < requests; i++) {
    request(&address);
    if (i == 0) say("ready\n");
  }
  say("done\n");
  return 0;
}
