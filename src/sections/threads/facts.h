// What each thread did in the window.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::threads {

// All amounts are of the window; a thread that began within it counts from its start.
struct Thread {
  pid_t tid = 0;
  std::string name;
  char state = '?';                    // at the end of the window, as in ps: R S D T t Z I
  std::optional<Ratio> cpu;            // of one CPU
  std::chrono::nanoseconds user{0};    // CPU time, in steps of 10 ms
  std::chrono::nanoseconds system{0};  // CPU time, in steps of 10 ms
  std::optional<std::chrono::nanoseconds> on_cpu;
  std::optional<std::chrono::nanoseconds> run_delay;  // runnable, and waiting for a CPU
  std::optional<std::uint64_t> voluntary_switches;    // unknown where there are very many threads
  std::optional<std::uint64_t> involuntary_switches;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::optional<std::uint64_t> calls;  // system calls; unknown when they were not traced
  bool started_in_window = false;
};

struct Facts {
  Completeness completeness;
  std::vector<Thread> threads;         // at the end of the window; by CPU, then by calls
  std::optional<std::uint64_t> count;  // at the end of the window
  std::optional<std::uint64_t> started_in_window;  // of `threads`
  std::optional<std::uint64_t> ended_in_window;    // there at the start and not at the end
  std::optional<Ratio> cpu;        // of one CPU, all threads together: 2.0 is two CPUs
  std::optional<Ratio> run_delay;  // of the window, all threads together
  std::optional<std::uint64_t>
      exited_thread_count;  // as the tracer saw them, short-lived ones included
  std::optional<std::uint64_t> exited_thread_calls;
  std::string calls_note;  // what `calls` are: "scaled", "only -e file"; empty: all, and exact
};

}  // namespace debug_process::sections::threads
