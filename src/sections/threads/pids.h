// pids.current and pids.max of a process's cgroup and of all above it -> facts. The files are those
// of v2 and of v1 alike. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/source.h"
#include "sections/threads/facts.h"
#include "util/result.h"

namespace debug_process::sections::threads {

// Of the group that is nearest to its limit; no limit: none of them has one. Unknown where the
// groups cannot be read.
[[nodiscard]] Pids read_pids(const Source& source);

}  // namespace debug_process::sections::threads
