// /proc/PID/maps and, where that is cheap enough for the target, smaps -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "sections/memory/facts.h"
#include "sections/memory/gather.h"
#include "sections/source.h"
#include "util/units.h"

namespace debug_process::sections::memory {

// Adds the mappings of `base`, "PID" or "PID/task/TID", and what is resident of them; says in the
// facts what was left out and why.
void add_maps(const Source& source, const std::string& base, Reading reading, Facts& facts);

// How long reading smaps holds the target's mmap_lock, at worst, for so much resident memory: 22
// ms/GiB as seen on big hosts.
[[nodiscard]] std::chrono::nanoseconds smaps_estimate(Bytes rss);

}  // namespace debug_process::sections::memory
