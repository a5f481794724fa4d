// What one thread did between two samples of it, and in which order threads matter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

#include "sections/threads/facts.h"
#include "sections/threads/gather.h"

namespace debug_process::sections::threads {

// Of the threads in `end`, ascending by tid. `window` is how long a thread is taken to have been
// observed where its samples do not say when they were taken.
[[nodiscard]] std::vector<Thread> account(const Snapshot& start, const Snapshot& end,
                                          std::chrono::nanoseconds window);

// Whether it is to stand before `b`.
[[nodiscard]] bool matters_more(const Thread& a, const Thread& b);

}  // namespace debug_process::sections::threads
