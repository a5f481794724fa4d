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

// Where a thread was found at the end of the window.
struct Place {
  bool running = false;                // on a CPU, or ready for one
  std::optional<std::string> syscall;  // that it is in
  std::string
      object;  // what that works on: "fd 4 anon_inode:[eventpoll]", "0x7f5c00a0"; "" if none
  std::optional<int> fd;                    // of `object`
  std::optional<std::string> wait_channel;  // the kernel function that it sleeps in
};

// All amounts are of the window; a thread that began within it counts from its start.
// on_cpu + run_delay + blocked + unaccounted is `observed`.
struct Thread {
  pid_t tid = 0;
  std::string name;
  char state = '?';                    // at the end of the window, as in ps: R S D T t Z I
  std::optional<Ratio> cpu;            // of one CPU
  std::chrono::nanoseconds user{0};    // CPU time, in steps of 10 ms
  std::chrono::nanoseconds system{0};  // CPU time, in steps of 10 ms
  std::optional<std::chrono::nanoseconds> observed;  // how much of its life this is about
  std::optional<std::chrono::nanoseconds> on_cpu;
  std::optional<std::chrono::nanoseconds> run_delay;  // runnable, and waiting for a CPU
  std::optional<std::chrono::nanoseconds> blocked;    // asleep, stopped or in uninterruptible sleep
  // Of a thread that never slept: what the kernel has yet to add to the other two. It does so at
  // its next tick, and when a wait for a CPU is over.
  std::optional<std::chrono::nanoseconds> unaccounted;
  std::optional<std::chrono::nanoseconds> block_io_delay;  // of `blocked`: for block devices
  std::optional<std::uint64_t> timeslices;                 // how often it came to a CPU
  std::optional<std::uint64_t> voluntary_switches;  // unknown where there are very many threads
  std::optional<std::uint64_t> involuntary_switches;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::optional<std::uint64_t> calls;  // system calls; unknown when they were not traced
  bool started_in_window = false;
  int nice = 0;
  std::string policy;  // "other", "fifo", "deadline": sched(7)
  unsigned realtime_priority = 0;
  std::optional<std::string> cpus_allowed;  // "0-3,8"
  std::optional<Place> place;               // of those that matter most
};

// The CPU quota of its cgroup and of those above it, of which the lowest counts.
struct Quota {
  std::optional<bool> limited;  // there is one; unknown when no cgroup could be read
  std::optional<double> cpus;   // how many CPUs' time it allows
  std::string group;            // whose quota that is, or who throttled most
  // Over the window, of the group in which most time was lost.
  std::optional<std::uint64_t> periods;
  std::optional<std::uint64_t> throttled_periods;
  std::optional<std::chrono::nanoseconds> throttled;  // of all its CPUs together
};

// How many threads and processes its cgroup, or one above it, may have: of that which is nearest to
// its limit.
struct Pids {
  std::optional<std::uint64_t> current;  // in the group
  std::optional<std::uint64_t> limit;
  std::string group;
};

struct Facts {
  Completeness completeness;
  std::vector<Thread> threads;  // at the end of the window; those that want most CPU first, then
                                // those in uninterruptible sleep, then by calls
  std::optional<std::uint64_t> count;              // at the end of the window
  std::optional<std::uint64_t> started_in_window;  // of `threads`
  std::optional<std::uint64_t> ended_in_window;    // there at the start and not at the end
  std::optional<Ratio> cpu;        // of one CPU, all threads together: 2.0 is two CPUs
  std::optional<Ratio> run_delay;  // of the window, all threads together
  std::optional<std::uint64_t>
      exited_thread_count;  // as the tracer saw them, short-lived ones included
  std::optional<std::uint64_t> exited_thread_calls;
  std::string calls_note;  // what `calls` are: "scaled", "only -e file"; empty: all, and exact
  Quota quota;
  Pids pids;
};

}  // namespace debug_process::sections::threads
