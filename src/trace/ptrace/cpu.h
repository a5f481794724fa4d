// Keeps the tracer's thread on the CPU of the target: a stop there and back within one CPU costs a
// fraction of what it costs across two. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <chrono>
#include <optional>
#include <vector>

#include "trace/ptrace/look.h"

namespace debug_process::trace::ptrace {

// Of all threads of a process, ended ones included; nullopt: it is gone.
[[nodiscard]] std::optional<std::chrono::nanoseconds> process_cpu_time(pid_t pid);

// For the calling thread alone. Where the system forbids any of it, watching only costs more.
class Cpu {
 public:
  Cpu();
  // The thread goes on as it was: the next Cpu of the same thread would take what this one has set
  // for the user's wish.
  ~Cpu();
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;

  // Onto the CPU where this thread last ran: while we run, it then does not. False: not allowed.
  bool go_to(const Looker& looker, pid_t pid, pid_t tid);
  // Now and then, as its stops come in.
  void follow(const Looker& looker, pid_t pid, pid_t tid, std::chrono::nanoseconds now);

  // A CPU where only we run counts as free for a target that wakes, so that it stays with us. But
  // we then wait for all others there.
  void give_way();
  // Stops cost more than where it gives way, which it could: across two CPUs, or among others.
  [[nodiscard]] bool is_dear() const { return could_give_way_ && !gives_way_; }
  // Like any other thread, and ahead of those that run for long.
  void compete();

 private:
  bool move_to(int cpu);
  void check_for_starvation(pid_t pid, pid_t tid, std::chrono::nanoseconds now);

  const pid_t owner_;  // the thread; who destroys it may be another, after that has ended
  const bool was_normal_;
  std::vector<cpu_set_t> affinity_;  // as it was; empty: unknown
  bool could_give_way_;
  bool may_give_way_;
  bool gives_way_ = false;
  int cpu_ = -1;
  std::chrono::nanoseconds last_look_{0};
  pid_t followed_ = 0;
  std::chrono::nanoseconds waited_{0};   // for a CPU, at the last look
  std::chrono::nanoseconds ran_{0};      // the followed thread, at the last look
  std::chrono::nanoseconds all_ran_{0};  // its process, at the last look
};

}  // namespace debug_process::trace::ptrace
