// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/control.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "util/clock.h"

// The C library of Debian 12 does not name it.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kRepeat = 20ms;

int wake_signal() {
  return SIGRTMAX - 1;
}

void do_nothing(int /*signal_number*/) {}

}  // namespace

WakeSignal::WakeSignal() {
  struct sigaction action {};
  action.sa_handler = do_nothing;  // without SA_RESTART
  ::sigaction(wake_signal(), &action, &before_);
  ::sigaction(SIGCHLD, nullptr, &child_before_);
  struct sigaction child = child_before_;
  child.sa_flags |= SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &child, nullptr);
}

WakeSignal::~WakeSignal() {
  ::sigaction(wake_signal(), &before_, nullptr);
  ::sigaction(SIGCHLD, &child_before_, nullptr);
}

void WakeSignal::send(pid_t tid) {
  ::syscall(SYS_tgkill, ::getpid(), tid, wake_signal());
}

WakeTimer::WakeTimer() {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = wake_signal();
  event.sigev_notify_thread_id = static_cast<pid_t>(::syscall(SYS_gettid));
  works_ = ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
}

WakeTimer::~WakeTimer() {
  if (works_) ::timer_delete(timer_);
}

void WakeTimer::set(nanoseconds from_now) {
  if (!works_) return;
  itimerspec when{};
  when.it_value = to_timespec(std::max(from_now, nanoseconds(1)));
  when.it_interval = to_timespec(kRepeat);
  ::timer_settime(timer_, 0, &when, nullptr);
}

void WakeTimer::admit_signal() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, wake_signal());
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace debug_process::trace::ptrace
