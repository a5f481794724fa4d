// This machine, as uname(2) names it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace debug_process {

struct Machine {
  std::string host;
  std::string kernel;  // as uname -r
  std::string arch;    // as uname -m
};

[[nodiscard]] Machine this_machine();

// What only this machine has and its users can read: /etc/machine-id, or else the id of this boot.
// nullopt: neither can be read.
[[nodiscard]] std::optional<std::string> machine_secret();

}  // namespace debug_process
