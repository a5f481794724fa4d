// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "util/histogram.h"
#include "util/units.h"

namespace debug_process::sections::syscalls {

struct Row {
  std::string syscall;  // "read", "syscall_471"
  std::string abi;      // "x86_64", "i386"
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::uint64_t restarts = 0;
  std::uint64_t untimed = 0;  // of `calls`: latency unknown
  Histogram latency;          // of the others; wall time
};

struct InFlight {
  pid_t tid = 0;
  std::string thread;
  std::string syscall;
  std::optional<std::chrono::nanoseconds> elapsed;  // at least, when started_before_window
  bool started_before_window = false;
  std::optional<std::string> wait_channel;  // the kernel function it sleeps in
};

struct Facts {
  Completeness completeness;
  bool traced = false;    // false: nothing below but in_flight is known
  std::vector<Row> rows;  // by total time, most first
  std::vector<InFlight> in_flight;
  std::vector<std::string> activity;  // the usual cycle of calls
  std::string activity_text;  // for the summary; says what the process does when it makes no calls
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::chrono::nanoseconds observed{0};
  std::chrono::nanoseconds in_syscalls{0};  // wall time, over all threads
};

}  // namespace debug_process::sections::syscalls
