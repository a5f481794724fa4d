// syscall_cost CALL MILLISECONDS: says "ready", and after a line on standard input makes that call
// over and over, for 200 ms to warm up and then for so long; prints "ns X mean Y", the wall time of
// one call: the median of slices of 10 ms, which a moment's interruption does not move, and the
// mean of all, in which a tracer's pauses weigh what they last. "mix" is four threads with five
// calls in turn; then the time is that between two calls of whichever thread. "open" is with the
// close that follows, two calls; "missing" is an open of what is not there.
// SPDX-License-Identifier: Apache-2.0
#include <linux/futex.h>
#include <poll.h>
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

static void make_write(void) {
  const char byte = 0;
  for (int i = 0; i < kBatch; i++) syscall(SYS_write, null_fd, &byte, 1);
}

static void make_poll(void) {
  struct pollfd fd = {.fd = zero_fd, .events = POLLIN};
  for (int i = 0; i < kBatch; i++) poll(&fd, 1, 0);
}

static void make_open(void) {
  for (int i = 0; i < kBatch; i += 2) close(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void make_missing(void) {
  for (int i = 0; i < kBatch; i++) open("/dev/missing", O_RDONLY | O_CLOEXEC);
}

static void make_stat(void) {
  struct stat status;
  for (int i = 0; i < kBatch; i++) stat("/dev/null", &status);
}

static void make_futex(void) {
  static int nobody_waits;
  for (int i = 0; i < kBatch; i++)
    syscall(SYS_futex, &nobody_waits, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

// Without a function: "mix".
static const struct {
  const char* name;
  void (*make_batch)(void);
} kCalls[] = {{"getppid", make_getppid}, {"read", make_read},   {"write", make_write},
              {"poll", make_poll},       {"open", make_open},   {"missing", make_missing},
              {"stat", make_stat},       {"futex", make_futex}, {"mix", NULL}};

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
  size_t call = 0;
  while (call < sizeof kCalls / sizeof *kCalls && strcmp(argv[1], kCalls[call].name) != 0) call++;
  if (call == sizeof kCalls / sizeof *kCalls) return 2;
  void (*const make_batch)(void) = kCalls[call].make_batch;
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
