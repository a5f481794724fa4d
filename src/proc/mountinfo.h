// /proc/PID/mountinfo: proc(5), the kernel's show_mountinfo().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proc/device.h"
#include "util/result.h"

namespace debug_process::proc {

struct Mount {
  std::uint64_t id = 0;  // as in fdinfo
  Device device;
  std::string root;   // what of the file system is mounted; "/": all
  std::string point;  // as the process sees it; its escapes are undone
  std::string type;   // "ext4", "nfs4", "fuse.sshfs"
};

[[nodiscard]] Result<std::vector<Mount>> parse_mountinfo(std::string_view text);

}  // namespace debug_process::proc
