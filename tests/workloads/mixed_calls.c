// mixed_calls FILE [plain]: four threads make getppid, fstat, lseek, read and write in turn without
// a pause, or with "plain" the first three alone. All calls are counted in the first 8 bytes of
// FILE, which is mapped: the count can be read without disturbing the threads.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/stat.h>

#include "shared_count.h"
#include "workload.h"

// So many rounds are counted at a time: the threads contend for the count.
enum { kThreads = 4, kRounds = 64 };

static unsigned long* count;
static int plain;
static int zero;
static int null;

static void* make_calls(void* unused) {
  struct stat file;
  char byte = 0;
  for (;;) {
    for (int i = 0; i < kRounds; ++i) {
      syscall(SYS_getppid);
      if (fstat(null, &file) != 0 || lseek(zero, 0, SEEK_SET) < 0) die("call");
      if (!plain && (read(zero, &byte, 1) != 1 || write(null, &byte, 1) != 1)) die("call");
    }
    __atomic_fetch_add(count, (plain ? 3 : 5) * kRounds, __ATOMIC_RELAXED);
  }
  return unused;
}

int main(int argc, char** argv) {
  plain = argc == 3 && strcmp(argv[2], "plain") == 0;
  if (argc != 2 + plain) die("mixed_calls FILE [plain]");
  count = (unsigned long*)shared_counts(argv[1], 1);
  zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (zero < 0 || null < 0) die("open");
  for (int i = 1; i < kThreads; ++i) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, make_calls, NULL) != 0) die("pthread_create");
  }
  say("ready\n");
  make_calls(NULL);
}
