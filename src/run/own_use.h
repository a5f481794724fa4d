// This run of this tool: its name, and what it took.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "util/units.h"

namespace debug_process::run {

// 16 random hexadecimal digits: joins the records of one run in a store that holds many.
[[nodiscard]] std::string new_run_id();

struct OwnUse {
  std::chrono::nanoseconds cpu{0};  // user and system
  Bytes peak_rss;                   // of this image: VmHWM in proc(5)
};

[[nodiscard]] OwnUse own_use();

}  // namespace debug_process::run
