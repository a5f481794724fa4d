// What is known of system calls and errors by their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace debug_process::compare {

// The call is there to wait: how long it takes tells how much there is to do, not how fast.
[[nodiscard]] bool is_wait(std::string_view syscall);

// It waits on a socket, pipe or terminal, and does its own work on a file.
[[nodiscard]] bool may_wait(std::string_view syscall);

// An error that programs which are well use to steer by.
[[nodiscard]] bool is_usual(std::string_view error);

}  // namespace debug_process::compare
