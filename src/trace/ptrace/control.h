// Wakes the tracer's thread out of waitid(2): a signal of its own, from others and from a timer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <time.h>

#include <chrono>

namespace debug_process::trace::ptrace {

// What the signal does, while this lives: end a wait, and nothing else. And the kernel does not
// send us SIGCHLD at each stop of a tracee, which would wake another thread of ours. One at a time.
class WakeSignal {
 public:
  WakeSignal();
  ~WakeSignal();
  WakeSignal(const WakeSignal&) = delete;
  WakeSignal& operator=(const WakeSignal&) = delete;

  // Comes too early for a thread that is only about to wait: to be repeated until it reacts.
  static void send(pid_t tid);

 private:
  struct sigaction before_ {};
  struct sigaction child_before_ {};
};

// For the calling thread, which has to let the signal through.
class WakeTimer {
 public:
  WakeTimer();
  ~WakeTimer();
  WakeTimer(const WakeTimer&) = delete;
  WakeTimer& operator=(const WakeTimer&) = delete;

  // After that time, and again and again, should the first come too early for the wait.
  void set(std::chrono::nanoseconds from_now);
  // Lets the signal through in this thread, and no other.
  static void admit_signal();

 private:
  timer_t timer_{};
  bool works_ = false;
};

}  // namespace debug_process::trace::ptrace
