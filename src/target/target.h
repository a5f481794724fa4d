// The process under study: its identity, and whether it is still there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>

#include "proc/procfs.h"
#include "util/fd.h"
#include "util/result.h"

namespace debug_process::target {

// A PID is only a number, and is given to others later. A process is its pidfd and its start time.
class Target {
 public:
  // ESRCH: no such process. No errno: the number is a thread's, the hint names its process.
  [[nodiscard]] static Result<Target> open(const proc::Procfs& procfs, pid_t pid);

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Becomes readable when the whole process, all its threads, has ended: pidfd_open(2).
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] bool has_ended() const;
  // After boot, in steps of 10 ms.
  [[nodiscard]] std::chrono::nanoseconds start_time() const { return start_time_; }
  [[nodiscard]] unsigned threads() const { return threads_; }  // when it was opened
  [[nodiscard]] bool is_kernel_thread() const { return is_kernel_thread_; }

 private:
  Target() = default;

  pid_t pid_ = 0;
  UniqueFd pidfd_;
  std::chrono::nanoseconds start_time_{0};
  unsigned threads_ = 1;
  bool is_kernel_thread_ = false;
};

}  // namespace debug_process::target
