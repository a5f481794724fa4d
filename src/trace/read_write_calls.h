// Which system calls the kernel takes into its account of reads and writes: proc_pid_io(5), syscr
// and syscw.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "trace/activity.h"

namespace debug_process::trace {

// How many it counts with each call of this name: 2 where one reads and writes; 0: it is no such
// call.
[[nodiscard]] unsigned reads_writes_in(std::string_view syscall);
[[nodiscard]] unsigned reads_writes_in(const SyscallKey& key);

}  // namespace debug_process::trace
