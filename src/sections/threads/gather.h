// /proc/PID/task/*/{stat,schedstat,status} at both ends of the window -> facts. Of the threads that
// matter most also where they are at its end, and over all the quota of their cgroup.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sections/source.h"
#include "sections/threads/facts.h"
#include "sections/threads/quota.h"
#include "trace/activity.h"
#include "util/result.h"

namespace debug_process::sections::threads {

// Totals since the thread began.
struct Sample {
  pid_t tid = 0;
  std::string name;
  char state = '?';
  std::chrono::steady_clock::time_point at;  // when it was read; thousands take a while
  std::chrono::nanoseconds start_time{0};    // after boot; with the tid it names a thread for good
  std::chrono::nanoseconds user{0};
  std::chrono::nanoseconds system{0};
  std::optional<std::chrono::nanoseconds> on_cpu;
  std::optional<std::chrono::nanoseconds> run_delay;
  std::optional<std::uint64_t> timeslices;
  std::optional<std::chrono::nanoseconds> block_io_delay;
  std::optional<std::uint64_t> voluntary_switches;
  std::optional<std::uint64_t> involuntary_switches;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  int nice = 0;
  unsigned policy = 0;
  unsigned realtime_priority = 0;
  std::optional<std::string> cpus_allowed;
};

// What is read only of the threads that matter most.
struct Closer {
  std::optional<Place> place;
  std::optional<std::string> cpus_allowed;
};

struct Snapshot {
  std::optional<Error> error;   // why there is nothing
  std::vector<Sample> threads;  // ascending by tid
  std::optional<std::chrono::nanoseconds>
      process_cpu;               // user and system of all threads, ended ones included
  bool before_its_life = false;  // taken before the process was: everything counts from nothing
  bool switches_read = true;     // false: so many threads that it would cost too much
  std::chrono::steady_clock::time_point at;
  std::optional<std::chrono::nanoseconds> after_boot;  // the same moment, as start_time counts
  std::vector<QuotaSample> quotas;
  std::optional<Error> quota_error;  // why there are none
  Pids pids;
  std::map<pid_t, Closer> closer;
  std::optional<Error> closer_error;  // why something is missing there
};

[[nodiscard]] Snapshot snapshot(const Source& source);

// Adds to `end` where those threads are that matter most by what they did since `start`.
void look_closer(const Source& source, const Snapshot& start, Snapshot& end);

// `activity` is null when system calls were not traced.
[[nodiscard]] Facts gather(const Snapshot& start, const Snapshot& end,
                           std::chrono::nanoseconds window, const trace::Activity* activity,
                           const Filter& filter = {});

}  // namespace debug_process::sections::threads
