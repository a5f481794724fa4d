// The captured /proc tree in tests/fixtures/proc: 4242 is the process with hostile names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "proc/procfs.h"

namespace debug_process::proc {

inline Procfs fixture_procfs() {
  return Procfs(DEBUG_PROCESS_TESTS_DIR "/fixtures/proc");
}

// Empty when there is no such file.
inline std::string fixture(const std::string& path) {
  return fixture_procfs().read(path).value_or("");
}

}  // namespace debug_process::proc
