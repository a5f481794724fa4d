// What threads that hang in flock(2) or fcntl(2) wait for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "sections/files/facts.h"
#include "sections/source.h"

namespace debug_process::sections::files {

// `fds`: the descriptors that threads work on in those calls. Only then: reading /proc/locks holds
// up, for a moment, whoever on the machine takes a lock.
void add_awaited_locks(const Source& source, const std::set<int>& fds, Facts& facts);

}  // namespace debug_process::sections::files
