// /proc/PID/fd: proc(5). What a process holds open, told from the links' texts alone: a link is
// never followed, because the file behind it may be on a server that does not answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proc/device.h"
#include "proc/procfs.h"
#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

enum class FdType { file, device, pipe, socket, memfd, anon_inode, other };

// What the kernel has of an open file, beside its path.
struct OpenFile {
  std::uint32_t flags = 0;  // as for open(2), without O_CLOEXEC
  Bytes position;
  Bytes size;
  std::uint64_t inode = 0;
  std::uint32_t links = 0;  // hard links
  std::uint32_t mode = 0;   // with S_IFMT
  Device device;
  std::uint64_t file = 0;  // equal where descriptors share one open file: dup(2); else no meaning
};

struct Fd {
  int number = -1;
  std::string link;  // verbatim: "/tmp/x (deleted)", "socket:[123]", "anon_inode:[eventpoll]"
  FdType type = FdType::other;
  bool readable = false;  // neither: O_PATH
  bool writable = false;
  bool deleted =
      false;  // a path whose last name is gone (or one that was so named to look like it)
  std::optional<std::uint64_t> inode;  // of sockets and pipes
  std::optional<OpenFile> open_file;   // where it was read all at once: trace/open_files.h
  std::string_view anon_name()
      const;  // "eventpoll" for anon_inode:[eventpoll], "inotify" for anon_inode:inotify
};

struct FdTable {
  std::string base;     // whose fdinfo belongs to it: "PID" or "PID/task/TID", see living.h
  std::vector<Fd> fds;  // ascending
  std::uint64_t closed_meanwhile = 0;  // listed, and gone before they could be read
  std::uint64_t unreadable = 0;        // for another reason, mostly permission
};

// Classifies one link's text.
[[nodiscard]] Fd parse_fd_link(int number, std::string_view link);

[[nodiscard]] Result<FdTable> read_fd_table(const Procfs& procfs, pid_t pid);

}  // namespace debug_process::proc
