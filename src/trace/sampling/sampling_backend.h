// Watching without touching: where the threads stand, some fifty times a second, as /proc tells it.
// No stop, no call seen, shares of time only; for one's own processes no privilege.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trace/backend.h"

namespace debug_process::trace::sampling {

// Fails only when the target's /proc/PID/stat cannot be read, or no thread can be started.
[[nodiscard]] Result<std::unique_ptr<Backend>> load(const WatchOptions& options);

}  // namespace debug_process::trace::sampling
