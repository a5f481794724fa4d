// sleeper [MILLISECONDS]: clock_nanosleep for so long, over and over.
// SPDX-License-Identifier: Apache-2.0
#include "workload.h"

int main(int argc, char** argv) {
  const unsigned long milliseconds = number_argument(argc, argv, 1, 200);
  const struct timespec span = {.tv_sec = (time_t)(milliseconds / 1000),
                                .tv_nsec = (long)(milliseconds % 1000) * 1000000};
  say("ready\n");
  for (;;) {
    if (clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL) != 0) return 1;
  }
}
