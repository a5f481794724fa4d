// This machine, this tool, this run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "util/units.h"

namespace debug_process::run {

struct Machine {
  std::string host;
  std::string kernel;  // as uname -r
  std::string arch;    // as uname -m
};

[[nodiscard]] Machine this_machine();

// 16 random hexadecimal digits: joins the records of one run in a store that holds many.
[[nodiscard]] std::string new_run_id();

struct OwnUse {
  std::chrono::nanoseconds cpu{0};  // user and system
  Bytes peak_rss;                   // of this image: VmHWM in proc(5)
};

[[nodiscard]] OwnUse own_use();

}  // namespace debug_process::run
