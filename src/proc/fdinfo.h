// /proc/PID/fdinfo/FD: proc(5), the kernel's seq_show() of fs/proc/fd.c and each file type's
// show_fdinfo. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

struct Fdinfo {
  Bytes position;
  std::uint32_t flags = 0;  // as for open(2), O_CLOEXEC included
  std::optional<std::uint64_t> mount_id;
  std::optional<std::uint64_t> inode;  // since Linux 5.14
  std::optional<std::uint64_t> eventfd_count;
  std::optional<pid_t> pid;  // of a pidfd; -1: it has ended
  std::uint64_t epoll_targets = 0;
  std::uint64_t inotify_watches = 0;
  std::uint64_t locks = 0;
};

// Lines with keys that are not known are skipped: drivers add their own.
[[nodiscard]] Result<Fdinfo> parse_fdinfo(std::string_view text);

}  // namespace debug_process::proc
