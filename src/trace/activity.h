// What was seen of the target's system calls: the one result of every backend.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trace/abi/abi.h"
#include "util/histogram.h"

namespace debug_process::trace {

// A number alone names no system call: 32-bit and x32 callers have tables of their own.
struct SyscallKey {
  abi::Abi abi = abi::Abi::native;
  std::int32_t number = 0;
  friend auto operator<=>(const SyscallKey&, const SyscallKey&) = default;
};

struct SyscallStats {
  SyscallKey key;
  std::uint64_t calls = 0;     // those that returned, and exit and exit_group, which never do
  std::uint64_t errors = 0;    // returned -4095..-1; restarts are not errors
  std::uint64_t restarts = 0;  // interrupted, and restarted by the kernel
  std::uint64_t untimed =
      0;              // of `calls`: no latency known (begun before the window, seccomp, loss)
  Histogram latency;  // of the calls with a known latency
};

struct ErrorStats {
  SyscallKey key;
  int errno_value = 0;
  std::uint64_t calls = 0;
  std::optional<std::string> example;  // the path or peer of one such call, as the target gave it
  std::optional<int> example_fd;       // the descriptor of one such call
};

struct ThreadStats {
  pid_t tid = 0;  // in our PID namespace
  std::uint64_t calls = 0;
};

// A call that began in the window and had not returned when watching ended.
struct InFlight {
  pid_t tid = 0;  // in our PID namespace
  SyscallKey key;
  std::chrono::nanoseconds elapsed{0};
};

// One thread made `to` after `from`, so many times, over all threads.
struct Transition {
  SyscallKey from;
  SyscallKey to;
  std::uint64_t count = 0;
};

// Added to each system call while watching, as measured in this run.
struct Cost {
  std::optional<std::chrono::nanoseconds> target_per_call;
  std::optional<std::chrono::nanoseconds> bystander_per_call;  // any other process
};

struct Activity {
  std::vector<SyscallStats> syscalls;
  std::vector<ErrorStats> errors;
  std::vector<ThreadStats> threads;        // those alive at the end
  std::uint64_t exited_threads_calls = 0;  // of those that ended in the window
  std::uint64_t exited_thread_count = 0;
  std::vector<InFlight> in_flight;
  std::vector<Transition> transitions;
  std::uint64_t execs = 0;               // images that the target took on within the window
  std::optional<int> wait_status;        // as from wait(2), when the target ended in the window
  std::chrono::nanoseconds observed{0};  // how long the programs were on
  Cost cost;
  // What could not be counted, by cause; empty: nothing.
  std::map<std::string, std::uint64_t> losses;
};

}  // namespace debug_process::trace
