// What a traced system call costs, measured with the very loop that then traces the target.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "trace/ptrace/control.h"
#include "trace/ptrace/estimate.h"

namespace debug_process::trace::ptrace {

// On a child of ours that does nothing but call getppid: with and without the tracer, some 15 ms in
// all. To be called in the tracer's thread. nullopt: it could not be measured.
[[nodiscard]] std::optional<Price> measure_cost(WakeTimer& timer);

}  // namespace debug_process::trace::ptrace
