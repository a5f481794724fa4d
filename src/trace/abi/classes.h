// Classes of system calls, as strace's -e trace=%CLASS has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace debug_process::trace::abi {

// The names that belong to it, of all ABIs together; empty: no such class. "file", "network" (also
// "net"), "%stat" ... without strace's leading "%".
[[nodiscard]] std::span<const std::string_view> class_members(std::string_view name);

// All names that class_members() knows, in the order in which a manual has them.
[[nodiscard]] std::vector<std::string_view> class_names();

}  // namespace debug_process::trace::abi
