// What the kernel keeps account of, of each thread and all the time, whether we watch or not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace debug_process::trace::ptrace {

// Of one thread.
struct Use {
  std::chrono::nanoseconds cpu{0};
  std::chrono::nanoseconds waited{0};         // for a CPU
  std::optional<std::uint64_t> reads_writes;  // calls of the read and write families
};

struct Uses {
  std::map<pid_t, Use> threads;  // empty: too many, or unknown
  // Of the whole process, threads that have ended included.
  std::optional<std::chrono::nanoseconds> cpu;
  std::chrono::nanoseconds time{0};

  // Share of the time that it had or wanted a CPU, 0 to 1.
  [[nodiscard]] double busy(const Use& use) const;
  // Of those threads that have come and gone; nullopt where there is no list of the others.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> cpu_of_others() const;
};

// /proc/PID/task/*/{schedstat,io} and the process's CPU clock, compared with themselves some time
// later.
class Accounts {
 public:
  // Looks at the threads of `pid` for the first time: some 12 us each, so not beyond 2,000 of them.
  explicit Accounts(pid_t pid);

  // Nothing of a thread where the kernel keeps no account (CONFIG_SCHED_INFO).
  [[nodiscard]] Uses until_now() const;

 private:
  [[nodiscard]] std::map<pid_t, Use> read() const;

  pid_t pid_;
  std::chrono::nanoseconds began_;
  std::map<pid_t, Use> before_;
  std::optional<std::chrono::nanoseconds> cpu_before_;
};

}  // namespace debug_process::trace::ptrace
