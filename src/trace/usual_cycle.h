// The calls that a process makes over and over, in their order: from all that was counted, not from
// one moment. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "trace/activity.h"

namespace debug_process::trace {

// A cycle in the graph of transitions, begun at the call that waits for work (epoll_wait, poll,
// accept, ...) where there is one, else at the most frequent call. Of all cycles through it, the
// one that explains most calls; without a cycle, the path taken most often. Repeats of one call
// count once. One call over and over, with others only
// before and after, stands alone. Empty when no call was seen.
[[nodiscard]] std::vector<SyscallKey> usual_cycle(const Activity& activity);

}  // namespace debug_process::trace
