// The descriptor table joined with /proc/PID/net/* by inode -> facts. The tables are those of the
// target's network namespace. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proc/fd_table.h"
#include "sections/sockets/facts.h"
#include "sections/source.h"

namespace debug_process::sections::sockets {

[[nodiscard]] Facts gather(const Source& source, const Result<proc::FdTable>& table);

}  // namespace debug_process::sections::sockets
