// /proc/PID/{status,stat,maps} and, where that is cheap enough for the target, smaps -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sections/memory/facts.h"
#include "sections/memory/limit.h"
#include "sections/source.h"

namespace debug_process::sections::memory {

// Of the whole process, and of its cgroup, since they began.
struct Snapshot {
  std::optional<std::uint64_t> minor_faults;
  std::optional<std::uint64_t> major_faults;
  LimitSnapshot limits = {};
  std::chrono::steady_clock::time_point at = {};
};

[[nodiscard]] Snapshot snapshot(const Source& source);

// All readings of a run together are to stay within the budget of the target's mmap_lock: only the
// last one may take most of it.
enum class Reading { provisional, last };

[[nodiscard]] Facts gather(const Source& source, const Snapshot& start, const Snapshot& end,
                           Reading reading = Reading::last);

// What is resident now, at hardly any cost. nullopt: nothing, or it is gone.
[[nodiscard]] std::optional<Bytes> read_rss(const Source& source);

}  // namespace debug_process::sections::memory
