// /proc/PID/{status,stat,maps} and, where that is cheap enough for the target, smaps -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sections/memory/facts.h"
#include "sections/source.h"

namespace debug_process::sections::memory {

// Of the whole process, since it began.
struct Snapshot {
  std::optional<std::uint64_t> minor_faults;
  std::optional<std::uint64_t> major_faults;
};

[[nodiscard]] Snapshot snapshot(const Source& source);

[[nodiscard]] Facts gather(const Source& source, const Snapshot& start, const Snapshot& end);

// How long reading smaps holds the target's mmap_lock, at worst, for so much resident memory: 22
// ms/GiB as seen on big hosts.
[[nodiscard]] std::chrono::nanoseconds smaps_estimate(Bytes rss);

}  // namespace debug_process::sections::memory
