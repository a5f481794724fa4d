// From what the tracer has seen to an Activity.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "trace/ptrace/accounts.h"
#include "trace/ptrace/loop.h"

namespace debug_process::trace::ptrace {

// Once, after the tracer has let go: asks /proc which of the threads that were left alone have been
// where they were until the end.
[[nodiscard]] Activity make_activity(const Loop& loop, const WatchOptions& options,
                                     std::optional<Price> price, const Uses& uses);

}  // namespace debug_process::trace::ptrace
