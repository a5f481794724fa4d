// SPDX-License-Identifier: Apache-2.0
#include "sections/files/awaited_locks.h"

#include "proc/locks.h"
#include "sections/files/detail.h"

namespace debug_process::sections::files {

void add_awaited_locks(const Source& source, const std::set<int>& fds, Facts& facts) {
  if (fds.empty()) return;
  const auto locks = source.procfs.read("locks").and_then(proc::parse_locks);
  if (!locks) return;
  for (const proc::Lock& lock : *locks) {
    // One of an open file description has nobody's number.
    if (!lock.waits || (lock.pid != source.pid && lock.pid != -1)) continue;
    for (File& file : facts.files)
      if (fds.contains(file.fd) && file.inode == lock.inode)
        append(file.detail, "waits for " + describe(lock));
  }
}

}  // namespace debug_process::sections::files
