// Where to read about a process whose first thread has ended while others live on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "proc/procfs.h"

namespace debug_process::proc {

// "PID", or "PID/task/TID" of a living thread when the leader is a zombie: a zombie has no memory,
// descriptors, cwd or namespaces of its own left, but the process has. "PID" too when nothing is
// left alive or it cannot be told.
[[nodiscard]] std::string living_base(const Procfs& procfs, pid_t pid);

}  // namespace debug_process::proc
