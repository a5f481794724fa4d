// /proc/PID/io, /proc/diskstats, /proc/pressure/io and the cgroup's io.stat, blkio and io.pressure,
// at both ends of the window -> facts. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "proc/cgroup_files.h"
#include "proc/diskstats.h"
#include "proc/io.h"
#include "proc/pressure.h"
#include "sections/disk/facts.h"
#include "sections/source.h"
#include "util/result.h"

namespace debug_process::sections::disk {

// Since the process, the group and the machine began.
struct Snapshot {
  std::chrono::steady_clock::time_point at;
  std::optional<proc::Io> io;
  std::optional<Error> io_error;  // why there is none
  std::optional<std::vector<proc::DiskStats>> disks;
  std::optional<Error> disks_error;
  std::optional<proc::CgroupIo> group;
  std::string group_name;
  std::optional<proc::Pressure> host_pressure;
  std::optional<proc::Pressure> group_pressure;
};

[[nodiscard]] Snapshot snapshot(const Source& source);

[[nodiscard]] Facts gather(const Snapshot& start, const Snapshot& end);

}  // namespace debug_process::sections::disk
