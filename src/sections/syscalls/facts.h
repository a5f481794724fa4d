// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "trace/activity.h"
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
  // Of `calls`: returned 0; unknown where the backend does not count them.
  std::optional<std::uint64_t> zeros;
  Histogram latency;  // of the others; wall time
  // As many as Facts::interval_known, where the backend tells them apart.
  std::vector<trace::IntervalStats> intervals;
};

// The waits of all threads on one futex: a lock, a condition, the end of a thread.
struct Futex {
  std::uint64_t address = 0;
  std::uint64_t waits = 0;
  std::uint64_t wakes = 0;
  std::chrono::nanoseconds waited{0};  // wall time, all threads
  unsigned waiters = 0;            // different threads, at least; no more than 64 are told apart
  unsigned waiters_that_wake = 0;  // of these: that woke others too, as who had a lock does
};

// A path whose state was asked for, successfully.
struct Lookup {
  std::string path;
  std::uint64_t calls = 0;  // at least
};

struct InFlight {
  pid_t tid = 0;
  std::string thread;
  std::string syscall;
  std::optional<std::chrono::nanoseconds> elapsed;  // at least, when started_before_window
  bool started_before_window = false;
  std::optional<std::string> wait_channel;  // the kernel function it sleeps in
};

// What one thread was found doing, as a share of the times it was looked at.
struct TimeShare {
  pid_t tid = 0;  // 0: threads that have ended, together
  pid_t pid = 0;  // its process: with --follow there are several; 0 likewise
  std::string thread;
  char state = '?';                    // as in ps: R S D T t I
  std::optional<std::string> syscall;  // that it was in
  bool syscall_known = false;          // false: without a syscall it may have been in one
  std::optional<std::string> wait_channel;
  std::uint64_t samples = 0;
  Ratio share;        // of this thread's time; wall time
  bool idle = false;  // the thread did not run once in the window
};

// The last that was seen of a thread when the process ended.
struct LastCall {
  pid_t tid = 0;
  std::optional<std::string> thread;
  std::string syscall;
  bool returned = false;  // false: it was in the call
};

struct Facts {
  Completeness completeness;
  bool traced = false;   // calls were counted; false: of all that is below only in_flight is known
  bool sampled = false;  // and time_shares
  report::Counts counts = report::Counts::exact;  // when traced: exact, or scaled
  Ratio coverage{1};                 // when traced: share of the window in which calls were seen
  bool inflated_latencies = false;   // they include stops that the tracer caused
  std::string filter;                // which calls count: "-e file -Z"; empty: all
  bool failed_only = false;          // the calls that succeed are not counted
  std::vector<Row> rows;             // by total time, most first
  std::vector<bool> interval_known;  // calls were seen in it
  std::optional<std::vector<Futex>> futexes;   // most time first; nullopt: not known
  std::optional<std::vector<Lookup>> lookups;  // most calls first; nullopt: not known
  std::vector<InFlight> in_flight;
  std::vector<LastCall> last_calls;    // when it ended in the window, by tid
  std::vector<TimeShare> time_shares;  // most samples first
  std::optional<Rate> looks_per_s;     // when sampled: at each thread
  std::vector<std::string> activity;   // the usual cycle of calls
  std::string activity_text;  // for the summary; says what the process does when it makes no calls
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::chrono::nanoseconds observed{0};
  std::chrono::nanoseconds in_syscalls{0};  // wall time, over all threads
};

}  // namespace debug_process::sections::syscalls
