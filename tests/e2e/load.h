// How much of a load is made where all is emulated, as in scripts/test-kernels: there the whole one
// would take minutes. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>

namespace debug_process::e2e {

[[nodiscard]] inline bool slow_machine() {
  return std::getenv("DEBUG_PROCESS_SLOW_MACHINE") != nullptr;
}

// A twentieth of so many calls or rounds on a slow machine.
[[nodiscard]] inline std::uint64_t load_of(std::uint64_t calls) {
  return slow_machine() ? calls / 20 : calls;
}

}  // namespace debug_process::e2e
