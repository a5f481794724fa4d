// Looks at the process where one interval ends and the next begins.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "proc/stat.h"
#include "sections/intervals/facts.h"
#include "sections/source.h"
#include "trace/activity.h"

namespace debug_process::sections::intervals {

class Track {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // At the window's start. `started_by_us`: all that the process has used counts.
  void begin(const Source& source, Time now, bool started_by_us);
  // Two small files, some 20 us; more where the kernel is older than 6.2 and has to list what is
  // open.
  void mark(const Source& source, Time now);
  // At the window's end. Marked were the same moments as in the backend that made `activity`, if
  // any did. A last interval much shorter than the others is part of the one before it.
  [[nodiscard]] Facts finish(const Source& source, Time now, const trace::Activity* activity);

 private:
  struct Look {
    Time at;
    std::optional<proc::Stat> stat;
    std::optional<std::uint64_t> open_files;
  };
  [[nodiscard]] static Look look(const Source& source, Time now);
  void drop_short_end(Time now, const trace::Activity* activity);

  std::vector<Look> looks_;  // the first one is the window's start
};

}  // namespace debug_process::sections::intervals
