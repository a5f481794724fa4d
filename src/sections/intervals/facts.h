// The window in parts of some 500 ms: what is so in most of them is no accident, and what grows in
// each of them goes on growing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::intervals {

struct Interval {
  std::chrono::nanoseconds start{0};  // since the window's start
  std::chrono::nanoseconds length{0};
  // System calls; unknown where the backend does not tell intervals apart, or saw none of this one.
  std::optional<Ratio> coverage;  // share of the interval in which calls were seen
  std::optional<std::uint64_t> calls;
  std::optional<std::uint64_t> errors;
  std::optional<std::chrono::nanoseconds> in_syscalls;  // wall time, all threads
  // Within it.
  std::optional<Ratio> cpu;  // of one CPU; in steps of 10 ms
  std::optional<std::uint64_t> page_faults_minor;
  std::optional<std::uint64_t> page_faults_major;
  // At its end.
  std::optional<std::uint64_t> open_files;
  std::optional<std::uint64_t> threads;
  std::optional<Bytes> rss;
};

struct Facts {
  Completeness completeness;
  std::vector<Interval> intervals;  // in order, without a gap
  // At the window's start, as in an interval's end.
  std::optional<std::uint64_t> open_files_at_start;
  std::optional<std::uint64_t> threads_at_start;
};

}  // namespace debug_process::sections::intervals
