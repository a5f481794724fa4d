// /proc/{loadavg,meminfo,stat,pressure/*} -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/host/facts.h"
#include "sections/source.h"

namespace debug_process::sections::host {

[[nodiscard]] Facts gather(const Source& source);

}  // namespace debug_process::sections::host
