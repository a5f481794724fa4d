// Watches with ptrace, where BPF is not to be had: exactly, or in bursts that keep the cost within
// the cap. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "trace/backend.h"

namespace debug_process::trace::ptrace {

// Takes hold of all threads of the target, and announces that on standard error before. The error
// says why that is refused, and what helps.
[[nodiscard]] Result<std::unique_ptr<Backend>> load(const WatchOptions& options);

}  // namespace debug_process::trace::ptrace
