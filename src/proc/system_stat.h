// /proc/stat: proc(5), the kernel's show_stat().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

struct SystemStat {
  std::chrono::system_clock::time_point boot_time;  // to the second
  std::uint64_t cpus = 0;                           // online
};

// "cpu0 1662 0 495 118128 ...", "btime 1795219536"
[[nodiscard]] Result<SystemStat> parse_system_stat(std::string_view text);

}  // namespace debug_process::proc
