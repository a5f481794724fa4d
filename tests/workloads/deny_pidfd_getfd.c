// deny_pidfd_getfd COMMAND...: executes the command under a seccomp filter that answers pidfd_getfd
// with EPERM, as those of containers do. SPDX-License-Identifier: Apache-2.0
#include "deny_call.h"
#include "workload.h"

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: deny_pidfd_getfd COMMAND...\n");
    return 2;
  }
  deny_call(SYS_pidfd_getfd);
  execv(argv[1], argv + 1);
  die(argv[1]);
}
