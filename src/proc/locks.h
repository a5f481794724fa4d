// /proc/locks: proc(5), the kernel's lock_get_status() in fs/locks.c.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proc/device.h"
#include "util/result.h"

namespace debug_process::proc {

struct Lock {
  std::string type;   // "POSIX", "FLOCK", "OFDLCK", "LEASE", ...
  std::string state;  // "ADVISORY"; of leases "ACTIVE", "BREAKING"
  std::string mode;   // "READ", "WRITE", "UNLCK"
  pid_t pid = 0;      // who took it; 0: nobody of our PID namespace, -1: an open file description
  std::optional<Device> device;
  std::uint64_t inode = 0;
  std::uint64_t start = 0;           // the first byte
  std::optional<std::uint64_t> end;  // the last byte; none: to the end of the file
  bool waits = false;                // for one of the others
};

// Of all processes.
[[nodiscard]] Result<std::vector<Lock>> parse_locks(std::string_view text);

// One line of it, which is what fdinfo has behind "lock:". nullopt when malformed.
[[nodiscard]] std::optional<Lock> parse_lock_line(std::string_view line);

}  // namespace debug_process::proc
