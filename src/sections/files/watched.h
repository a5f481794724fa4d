// What epoll, inotify and fanotify descriptors watch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>

#include "proc/fd_table.h"
#include "proc/fdinfo.h"
#include "sections/files/facts.h"
#include "sections/source.h"

namespace debug_process::sections::files {

// By descriptor, as far as they were read.
using Fdinfos = std::unordered_map<int, proc::Fdinfo>;

// Fills facts.watched, and the details of those that watch. facts.files stand as in the table.
// A path is one under which the process has the file open, or which the kernel knows it by; a name
// is never looked up in a file system that may not answer.
void add_watched(const Source& source, const proc::FdTable& table, const Fdinfos& infos,
                 Facts& facts);

}  // namespace debug_process::sections::files
