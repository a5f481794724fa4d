// mixed_calls FILE [mixed|plain|reads [THREADS]]: four threads, or so many, make getppid, fstat,
// lseek, read and write in turn without a pause; "plain" is the first three alone, "reads" the
// fourth. All calls are counted in the first 8 bytes of FILE, which is mapped: the count can be
// read without disturbing the threads. SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/stat.h>

#include "shared_count.h"
#include "workload.h"

// So many rounds are counted at a time: the threads contend for the count.
enum { kThreads = 4, kRounds = 64 };

static unsigned long* count;
static int zero;
static int null;

static unsigned long make_plain(void) {
  struct stat file;
  syscall(SYS_getppid);
  if (fstat(null, &file) != 0 || lseek(zero, 0, SEEK_SET) < 0) die("call");
  return 3;
}

static unsigned long make_read(void) {
  char byte = 0;
  if (read(zero, &byte, 1) != 1) die("read");
  return 1;
}

static unsigned long make_mixed(void) {
  const char byte = 0;
  const unsigned long made = make_plain() + make_read();
  if (write(null, &byte, 1) != 1) die("write");
  return made + 1;
}

static unsigned long (*make_round)(void) = make_mixed;

static void* make_calls(void* unused) {
  for (;;) {
    unsigned long made = 0;
    for (int i = 0; i < kRounds; ++i) made += make_round();
    __atomic_fetch_add(count, made, __ATOMIC_RELAXED);
  }
  return unused;
}

int main(int argc, char** argv) {
  const char* const calls = argc > 2 ? argv[2] : "mixed";
  if (strcmp(calls, "plain") == 0) make_round = make_plain;
  if (strcmp(calls, "reads") == 0) make_round = make_read;
  if (argc < 2 || argc > 4 || (make_round == make_mixed && strcmp(calls, "mixed") != 0))
    die("mixed_calls FILE [mixed|plain|reads [THREADS]]");
  const unsigned long threads = number_argument(argc, argv, 3, kThreads);
  count = (unsigned long*)shared_counts(argv[1], 1);
  zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (zero < 0 || null < 0) die("open");
  for (unsigned long i = 1; i < threads; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, make_calls, NULL) != 0) die("pthread_create");
  }
  say("ready\n");
  make_calls(NULL);
}
