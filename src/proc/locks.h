// /proc/locks: proc(5), the kernel's lock_get_status() in fs/locks.c.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace debug_process::proc {

struct Lock {
  std::string type;  // "POSIX", "FLOCK", "OFDLCK", "LEASE", ...
  pid_t pid = 0;     // who took it; 0: nobody of our PID namespace, -1: an open file description
  std::uint64_t inode = 0;
  bool waits = false;  // for one of the others
};

// Of all processes.
[[nodiscard]] Result<std::vector<Lock>> parse_locks(std::string_view text);

}  // namespace debug_process::proc
