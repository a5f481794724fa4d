// This machine, as uname(2) names it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace debug_process {

struct Machine {
  std::string host;
  std::string kernel;  // as uname -r
  std::string arch;    // as uname -m
};

[[nodiscard]] Machine this_machine();

}  // namespace debug_process
