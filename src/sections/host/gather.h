// /proc/{loadavg,meminfo,stat,pressure/*} -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/host/facts.h"
#include "sections/source.h"

namespace debug_process::sections::host {

// The wall clock ahead of the time since boot: only setting the clock changes it.
[[nodiscard]] std::optional<std::chrono::nanoseconds> clock_offset();

[[nodiscard]] Facts gather(const Source& source);

}  // namespace debug_process::sections::host
