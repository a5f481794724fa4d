// What the process holds open.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "sections/io.h"
#include "util/units.h"

namespace debug_process::sections::files {

struct File {
  int fd = -1;
  // "file", "directory", "device", "pipe", "socket", "memfd", "eventpoll", "eventfd", "timerfd",
  // "inotify", "io_uring", ... Where it is told from the link's text alone, a named FIFO, or a
  // directory opened without O_DIRECTORY, is a "file".
  std::string type;
  std::string path;  // the link's text, as the target's mount namespace names it: "/etc/passwd",
                     // "socket:[42]"
  std::string mode;  // "r", "w", "rw"; "" for O_PATH descriptors, which allow neither
  bool deleted = false;
  std::optional<Bytes> position;  // of files and devices only
  std::optional<Bytes> size;      // of files, where the whole table was read at once
  std::string detail;  // what else its type has to tell: "3 watched descriptors"; mostly empty
  std::optional<std::uint64_t> inode;  // of pipes and sockets
  std::optional<Io> io;                // in the window; nullopt: not known
};

// Files of one kind, or of one path, that were closed in the window.
struct Closed {
  std::string type;  // as of a File
  std::string path;  // as the target gave it, when it opened them in the window; else empty
  std::uint64_t files = 0;
  Io io;
};

struct Facts {
  Completeness completeness;
  std::vector<File> files;  // those used in the window, the longest used first; then deleted ones,
                            // files and directories, devices, pipes, the rest, sockets; then by fd
  bool io_known = false;
  std::string io_filter;       // which calls are in it: "-e file"; empty: all
  std::vector<Closed> closed;  // longest used first
  std::optional<std::uint64_t> open;
  std::optional<std::uint64_t> limit_soft;
  std::optional<std::uint64_t> limit_hard;
  std::optional<std::uint64_t> deleted;
  std::optional<std::uint64_t>
      closed_meanwhile;  // open when listed, closed before they could be read
  std::map<std::string, std::uint64_t> by_type;
};

}  // namespace debug_process::sections::files
