// Paths of files that only their handles are known of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "proc/fdinfo.h"
#include "proc/mountinfo.h"
#include "sections/source.h"

namespace debug_process::sections::files {

// open_by_handle_at(2) asks the file system for the file itself and looks no name up. It is asked
// only where it is a local one (ext4, xfs, btrfs, tmpfs, ...): a server that does not answer would
// hold us for ever, and a disk that is stuck does so no longer than a deadline. What is watched is
// in the kernel's memory anyway. Needs CAP_DAC_READ_SEARCH, and that the process sees the
// same mounts as we do; where that is not so, no path is known.
class HandlePaths {
 public:
  HandlePaths(const Source& source, const std::string& base,
              const std::vector<proc::Mount>& mounts);

  // One for each; "" where it cannot be had, or time was out.
  [[nodiscard]] std::vector<std::string> find(const std::vector<proc::FsWatch>& watches);

 private:
  const proc::Procfs& procfs_;
  const std::vector<proc::Mount>& mounts_;
  bool usable_ = false;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace debug_process::sections::files
