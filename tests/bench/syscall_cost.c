// syscall_cost getppid|read MILLISECONDS: says "ready", and after a line on standard input makes
// that call over and over, for 200 ms to warm up and then for so long; prints "ns X", the wall time
// of one call: the median of slices of 10 ms, which a moment's interruption does not move.
// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>

#include "workload.h"

enum { kBatch = 64, kWarmUpMs = 200, kSliceMs = 10, kMaxSlices = 100000 };

static int zero_fd;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void make_getppid(void) {
  for (int i = 0; i < kBatch; i++) syscall(SYS_getppid);
}

static void make_read(void) {
  char byte;
  for (int i = 0; i < kBatch; i++) syscall(SYS_read, zero_fd, &byte, 1);
}

// The time of one call, over a slice.
static double measure(void (*make_batch)(void), int64_t slice_ns) {
  const int64_t start = now_ns();
  int64_t end = start;
  long calls = 0;
  while (end - start < slice_ns) {
    make_batch();
    calls += kBatch;
    end = now_ns();
  }
  return (double)(end - start) / (double)calls;
}

static int ascending(const void* left, const void* right) {
  const double difference = *(const double*)left - *(const double*)right;
  return (difference > 0) - (difference < 0);
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  void (*make_batch)(void) = strcmp(argv[1], "read") == 0 ? make_read : make_getppid;
  unsigned long slices = number_argument(argc, argv, 2, 0) / kSliceMs;
  if (slices < 1 || slices > kMaxSlices) return 2;
  zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (zero_fd < 0) die("/dev/zero");
  double* costs = calloc(slices, sizeof *costs);
  if (costs == NULL) die("calloc");

  say("ready\n");
  if (!wait_for_line()) return 1;
  measure(make_batch, kWarmUpMs * INT64_C(1000000));
  for (unsigned long i = 0; i < slices; i++) {
    costs[i] = measure(make_batch, kSliceMs * INT64_C(1000000));
  }
  qsort(costs, slices, sizeof *costs, ascending);
  char line[40];
  snprintf(line, sizeof line, "ns %.2f\n", costs[slices / 2]);
  say(line);
  free(costs);
  wait_for_end_of_input();
  return 0;
}
