// SPDX-License-Identifier: Apache-2.0
#include "run/interrupts.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "run/run.h"

namespace debug_process::run {
namespace {

volatile sig_atomic_t first_signal = 0;
volatile sig_atomic_t event_fd = -1;

extern "C" void on_interrupt(int number) {
  // Whatever hangs, the user's second word ends it: links, maps and programs go with our
  // descriptors.
  if (first_signal != 0) ::_exit(static_cast<int>(ExitStatus::interrupted));
  first_signal = number;
  const std::uint64_t one = 1;
  (void)!::write(event_fd, &one, sizeof(one));
}

}  // namespace

void Interrupts::install() {
  event_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

int Interrupts::fd() {
  return event_fd;
}

int Interrupts::signal() {
  return first_signal;
}

}  // namespace debug_process::run
