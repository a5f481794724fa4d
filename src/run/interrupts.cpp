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
volatile sig_atomic_t sent_by_terminal = 0;
volatile sig_atomic_t event_fd = -1;

extern "C" void on_interrupt(int number, siginfo_t* information, void* /*context*/) {
  // Whatever hangs, the user's second word ends it: links, maps and programs go with our
  // descriptors.
  if (first_signal != 0) ::_exit(static_cast<int>(ExitStatus::interrupted));
  first_signal = number;
  sent_by_terminal = information->si_code == SI_KERNEL ? 1 : 0;
  const std::uint64_t one = 1;
  (void)!::write(event_fd, &one, sizeof(one));
}

}  // namespace

void Interrupts::install() {
  event_fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_sigaction = on_interrupt;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  for (const int number : {SIGINT, SIGTERM}) {
    struct sigaction before {};
    // Ignored for us on purpose, as nohup(1) and shells in the background do: it stays so.
    if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(number, &action, nullptr);
  }
}

int Interrupts::fd() {
  return event_fd;
}

int Interrupts::signal() {
  return first_signal;
}

bool Interrupts::from_terminal() {
  return sent_by_terminal != 0;
}

}  // namespace debug_process::run
