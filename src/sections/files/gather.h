// The descriptor table, fdinfo and /proc/PID/limits -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proc/fd_table.h"
#include "sections/files/facts.h"
#include "sections/source.h"

namespace debug_process::sections::files {

[[nodiscard]] Facts gather(const Source& source, const Result<proc::FdTable>& table);

}  // namespace debug_process::sections::files
