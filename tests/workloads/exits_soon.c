// exits_soon exit CODE | signal NUMBER [--now]: after a line on standard input (--now: at once),
// ends that way. SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/resource.h>

#include "workload.h"

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int value = (int)number_argument(argc, argv, 2, 0);
  if (argc < 4 || strcmp(argv[3], "--now") != 0) {
    say("ready\n");
    wait_for_line();
  }
  if (strcmp(argv[1], "exit") == 0) return value;
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  signal(value, SIG_DFL);
  raise(value);
  return 1;
}
