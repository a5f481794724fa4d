// The memory limits of a process's cgroup and of all above it -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proc/pressure.h"
#include "sections/memory/facts.h"
#include "sections/source.h"
#include "util/result.h"

namespace debug_process::sections::memory {

// One group; events since it began.
struct LimitSample {
  std::string group;
  std::optional<Bytes> limit;
  std::optional<Bytes> soft_limit;  // v2's memory.high: beyond it the group is slowed down
  std::optional<Bytes> swap_limit;  // v1: of memory and swap together
  std::optional<Bytes> current;
  std::optional<Bytes> inactive_file;       // of `current`: given back when needed
  std::optional<Bytes> active_file;         // of `current`: given back next
  std::optional<std::uint64_t> limit_hits;  // how often it ran into the limit
  std::optional<std::uint64_t> soft_limit_hits;
  std::optional<std::uint64_t> oom_kills;
};

struct LimitSnapshot {
  bool unified = false;
  std::vector<LimitSample> groups;         // its own first
  std::optional<Error> error;              // why there are none
  std::optional<proc::Pressure> pressure;  // of its own group, where that is not the machine's
};

[[nodiscard]] LimitSnapshot read_limits(const Source& source);

[[nodiscard]] Limit limit_of(const LimitSnapshot& start, const LimitSnapshot& end,
                             std::chrono::nanoseconds window);

}  // namespace debug_process::sections::memory
