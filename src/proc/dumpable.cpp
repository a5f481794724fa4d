// SPDX-License-Identifier: Apache-2.0
#include "proc/dumpable.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace debug_process::proc {

bool files_are_roots(pid_t pid) {
  struct stat status {};
  return ::stat(fmt::format("/proc/{}/stat", pid).c_str(), &status) == 0 && status.st_uid == 0;
}

}  // namespace debug_process::proc
