// /proc/PID/{stat,status,cmdline,cwd,root,exe,cgroup,limits} -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/process/facts.h"
#include "sections/source.h"

namespace debug_process::sections::process {

[[nodiscard]] Facts gather(const Source& source);

// For ps's letter: "sleeping" for 'S'.
[[nodiscard]] std::string state_word(char letter);

}  // namespace debug_process::sections::process
