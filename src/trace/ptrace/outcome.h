// From what the tracer has seen to an Activity.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "trace/ptrace/loop.h"

namespace debug_process::trace::ptrace {

// How busy the threads were in the window, as Exposure::busy has it.
using BusyShares = std::map<pid_t, double>;

// Once, after the tracer has let go: asks /proc which of the threads that were left alone have been
// where they were until the end.
[[nodiscard]] Activity make_activity(const Loop& loop, const WatchOptions& options,
                                     std::optional<std::chrono::nanoseconds> cost_per_call,
                                     const BusyShares& busy);

}  // namespace debug_process::trace::ptrace
