// Which descriptors are the same open file: dup(2), or got twice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proc/fd_table.h"
#include "sections/files/facts.h"
#include "sections/files/watched.h"
#include "sections/source.h"

namespace debug_process::sections::files {

// Sets File::same_as in facts.files, which stand as in the table. Exact where the table was read at
// once; else kcmp(2) compares those that may be the same, up to a number that takes some
// milliseconds.
void find_duplicates(const Source& source, const proc::FdTable& table, const Fdinfos& infos,
                     Facts& facts);

}  // namespace debug_process::sections::files
