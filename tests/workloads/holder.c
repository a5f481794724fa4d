// holder: has a file and a listening socket open, and sleeps; for what each right lets see of them.
// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <sys/socket.h>

#include "workload.h"

int main(void) {
  // On any address: in a network of its own it has no other.
  const struct sockaddr_in any = {.sin_family = AF_INET};
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (const struct sockaddr*)&any, sizeof any) != 0 ||
      listen(listener, 1) != 0)
    die("listen");
  if (open("/etc/passwd", O_RDONLY) < 0) die("open");
  say("ready\n");
  for (;;) pause_a_millisecond();
}
