// What was counted when each interval of the window ended. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "trace/activity.h"
#include "trace/bpf/calls.h"

namespace debug_process::trace::bpf {

class IntervalMarks {
 public:
  using Counted = std::map<SyscallKey, SyscallStats>;

  // `now`: CLOCK_MONOTONIC; `watched`: how much of the window was watched so far.
  void begin(std::chrono::nanoseconds now);
  void mark(std::chrono::nanoseconds now, std::chrono::nanoseconds watched, Counted counted);
  // Ends the last interval, and tells them apart in `activity`, which has all that was counted and
  // is not scaled yet. A last interval much shorter than the others is part of the one before it.
  void end(std::chrono::nanoseconds now, std::chrono::nanoseconds watched,
           Activity& activity) const;

 private:
  struct Mark {
    std::chrono::nanoseconds at{0};
    std::chrono::nanoseconds watched{0};
    Counted counted;
  };
  std::vector<Mark> marks_;  // the first one is the window's start
};

}  // namespace debug_process::trace::bpf
