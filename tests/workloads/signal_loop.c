// signal_loop FILE: getppid without a pause, each counted in the first 8 bytes of FILE, which is
// mapped, while a timer sends it 10,000 signals a second. SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/time.h>

#include "shared_count.h"
#include "workload.h"

static void ignore_it(int signal_number) {
  (void)signal_number;
}

int main(int argc, char** argv) {
  volatile unsigned long* const count = shared_count(argc, argv);
  const struct sigaction action = {.sa_handler = ignore_it, .sa_flags = SA_RESTART};
  if (sigaction(SIGALRM, &action, NULL) != 0) die("sigaction");
  const struct timeval step = {.tv_sec = 0, .tv_usec = 100};
  const struct itimerval timer = {.it_interval = step, .it_value = step};
  if (setitimer(ITIMER_REAL, &timer, NULL) != 0) die("setitimer");
  say("ready\n");
  for (;;) {
    syscall(SYS_getppid);
    *count += 1;
  }
}
