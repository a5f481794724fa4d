// /proc/diskstats: Documentation/admin-guide/iostats.rst, the kernel's diskstats_show().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// Since boot. The kernel's fields are as wide as its longs, and wrap.
struct DiskStats {
  std::string name;         // "sda", "nvme0n1p2", "dm-0"
  bool partition = false;   // of another device in the list: counted there too
  bool stacked = false;     // dm, md, loop: what it does is done again by those below it
  bool in_memory = false;   // ram, zram
  std::uint64_t reads = 0;  // completed
  std::uint64_t writes = 0;
  Bytes read;
  Bytes written;
  std::chrono::milliseconds reading{0};  // of all requests together
  std::chrono::milliseconds writing{0};
  std::chrono::milliseconds busy{0};    // at least one request was in flight
  std::chrono::milliseconds queued{0};  // busy, times how many were
};

[[nodiscard]] Result<std::vector<DiskStats>> parse_diskstats(std::string_view text);

}  // namespace debug_process::proc
