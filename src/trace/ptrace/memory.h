// The example of a failed call, from the memory of the stopped thread that made it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include "trace/ptrace/counters.h"

namespace debug_process::trace::ptrace {

// Leaves the row without one where there is nothing to read.
void take_example(pid_t tid, ExampleKind kind, const Args& args, ErrorStats& error);

}  // namespace debug_process::trace::ptrace
