// Children of the process that have ended and that nobody has waited for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <vector>

#include "sections/process/facts.h"
#include "sections/source.h"

namespace debug_process::sections::process {

// Their PIDs, ascending. From /proc/PID/task/*/children where the kernel has them, else from all
// processes. nullopt: it would have taken longer than `limit`, or may not be known.
[[nodiscard]] std::optional<std::vector<pid_t>> zombie_children(const Source& source,
                                                                std::chrono::milliseconds limit);

inline constexpr std::chrono::milliseconds kZombiesLimit{10};

// The number of a zombie is nobody else's until its parent has waited for it.
[[nodiscard]] Zombies compare(const std::optional<std::vector<pid_t>>& start,
                              const std::optional<std::vector<pid_t>>& end);

}  // namespace debug_process::sections::process
