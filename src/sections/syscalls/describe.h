// Words for what was counted, and for what was not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sections/syscalls/facts.h"
#include "sections/syscalls/gather.h"

namespace debug_process::sections::syscalls {

// The summary's Activity: "epoll_wait -> read -> write", or what the process does instead of making
// calls.
[[nodiscard]] std::string describe_activity(const Facts& facts, const Snapshot& end,
                                            std::chrono::nanoseconds window);

// In a word or two, what it says of a thread to be found there: "epoll_wait", "running".
[[nodiscard]] std::string describe_place(const TimeShare& share);

// A sentence's end for a key of Activity::losses: "latencies (two threads shared a slot)".
[[nodiscard]] std::string describe_loss(std::string_view what);

}  // namespace debug_process::sections::syscalls
