// syscall_cost getppid|read|mix MILLISECONDS: says "ready", and after a line on standard input
// makes that call over and over, for 200 ms to warm up and then for so long; prints "ns X mean Y",
// the wall time of one call: the median of slices of 10 ms, which a moment's interruption does not
// move, and the mean of all, in which a tracer's pauses weigh what they last. "mix" is four threads
// with five calls in turn; then the time is that between two calls of whichever thread.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/stat.h>

#include "workload.h"

enum { kBatch = 64, kWarmUpMs = 200, kSliceMs = 10, kMaxSlices = 100000, kThreads = 4, kMixed = 5 };

static int zero_fd;
static int null_fd;

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

// Each on a cache line of its own.
static struct { _Alignas(64) atomic_long calls; } mixed[kThreads];

static atomic_bool mix_begins;

static void* make_mix(void* argument) {
  atomic_long* calls = argument;
  char byte = 0;
  struct stat status;
  // There before any tracer is, as a server's are.
  while (!atomic_load_explicit(&mix_begins, memory_order_acquire)) {
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = 1000000};
    nanosleep(&pause, NULL);
  }
  for (;;) {
    syscall(SYS_getppid);
    syscall(SYS_read, zero_fd, &byte, 1);
    syscall(SYS_write, null_fd, &byte, 1);
    fstat(null_fd, &status);
    syscall(SYS_lseek, zero_fd, 0, SEEK_SET);
    atomic_fetch_add_explicit(calls, kMixed, memory_order_relaxed);
  }
  return NULL;
}

static void start_mix(void) {
  for (int i = 0; i < kThreads; i++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, make_mix, &mixed[i].calls) != 0) die("pthread_create");
  }
}

static long mixed_calls(void) {
  long calls = 0;
  for (int i = 0; i < kThreads; i++) {
    calls += atomic_load_explicit(&mixed[i].calls, memory_order_relaxed);
  }
  return calls;
}

static double measure_mix(int64_t slice_ns) {
  const long before = mixed_calls();
  const int64_t start = now_ns();
  const struct timespec slice = {.tv_sec = 0, .tv_nsec = slice_ns};
  nanosleep(&slice, NULL);
  const int64_t end = now_ns();
  const long calls = mixed_calls() - before;
  return (double)(end - start) / (double)(calls > 0 ? calls : 1);
}

// The time of one call, over a slice. Without make_batch the threads of the mix are measured.
static double measure(void (*make_batch)(void), int64_t slice_ns) {
  if (make_batch == NULL) return measure_mix(slice_ns);
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
  void (*make_batch)(void) = make_getppid;
  if (strcmp(argv[1], "read") == 0) make_batch = make_read;
  if (strcmp(argv[1], "mix") == 0) make_batch = NULL;
  unsigned long slices = number_argument(argc, argv, 2, 0) / kSliceMs;
  if (slices < 1 || slices > kMaxSlices) return 2;
  zero_fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  if (zero_fd < 0) die("/dev/zero");
  null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null_fd < 0) die("/dev/null");
  double* costs = calloc(slices, sizeof *costs);
  if (costs == NULL) die("calloc");

  if (make_batch == NULL) start_mix();
  say("ready\n");
  if (!wait_for_line()) return 1;
  atomic_store(&mix_begins, true);
  measure(make_batch, kWarmUpMs * INT64_C(1000000));
  // Slices are of one length: the mean cost is that of their mean speed.
  double speeds = 0;
  for (unsigned long i = 0; i < slices; i++) {
    costs[i] = measure(make_batch, kSliceMs * INT64_C(1000000));
    speeds += 1 / costs[i];
  }
  qsort(costs, slices, sizeof *costs, ascending);
  char line[80];
  snprintf(line, sizeof line, "ns %.2f mean %.2f\n", costs[slices / 2], (double)slices / speeds);
  say(line);
  free(costs);
  wait_for_end_of_input();
  return 0;
}
