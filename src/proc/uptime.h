// /proc/uptime: proc(5), the kernel's uptime_proc_show().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

// Since boot, time asleep included, in steps of 10 ms: the clock of a process's start time.
// "1206.35 2371.15"
[[nodiscard]] Result<std::chrono::nanoseconds> parse_uptime(std::string_view text);

}  // namespace debug_process::proc
