// Names of signals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace debug_process {

// "SIGSEGV" for 11; "signal 40" for a number the C library does not name.
[[nodiscard]] std::string signal_name(int number);

}  // namespace debug_process
