// What sections gather from: one process and where to read about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proc/procfs.h"
#include "sections/filter.h"

namespace debug_process::trace {
class OpenFilesReader;
}

namespace debug_process::sections {

struct Source {
  pid_t pid = 0;  // in our PID namespace
  // After boot: with the pid it names a process for good. Unknown in fixtures, where no pid is
  // reused.
  std::optional<std::chrono::nanoseconds> start_time;
  proc::Procfs procfs;  // /proc, or a fixture's
  std::string cgroup_root = "/sys/fs/cgroup";
  bool allow_slow_memory =
      false;           // --pss: read PSS even when that stalls the target beyond the budget
  Filter filter = {};  // which calls were to be counted
  // For large tables of descriptors; null: BPF does not work here, or may not be used.
  std::shared_ptr<trace::OpenFilesReader> open_files = {};
};

}  // namespace debug_process::sections
