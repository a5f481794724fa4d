// What the process holds open.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "sections/holder.h"
#include "sections/io.h"
#include "util/units.h"

namespace debug_process::sections::files {

// The other end of a pipe.
struct OtherEnd {
  bool reads = false;            // it is the one that is read from
  std::optional<int> fd;         // the process itself holds it
  std::optional<Holder> holder;  // another process does; the nearest, by its number
  bool looked_for = false;       // among processes, to the end or until time ran out
};

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
  std::optional<bool> append;     // of files: all that is written goes to the end
  std::optional<Bytes> position;  // of files and devices only
  std::optional<Bytes> size;      // of files, where the whole table was read at once
  std::string
      detail;  // what else its type has to tell: "count 3", "write lock 0-EOF"; mostly empty
  std::optional<std::uint64_t> inode;  // where it was read, and of all pipes and sockets
  // The lowest descriptor that is the same open file (dup(2)): position and flags are shared.
  std::optional<int> same_as;
  std::optional<OtherEnd> other_end;  // of pipes
  std::optional<Io> io;               // in the window; nullopt: not known
};

// What an epoll, inotify or fanotify descriptor watches.
struct Watched {
  int by = -1;            // that descriptor
  std::optional<int> fd;  // of epoll: under which number it was told to
  std::string type;       // of epoll: as of a File; "mount", "file system"; "" for a file
  std::string path;       // "" where it is not known
  std::optional<std::uint64_t> inode;
  std::string device;  // "8:1"
  // Of epoll: another file has the number now, or none. What is watched is still open elsewhere, or
  // under another number.
  bool gone = false;
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
  std::vector<Watched> watched;
  std::optional<std::uint64_t> pipe_ends_not_found;  // pipes whose other end nobody seems to hold
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
  std::optional<std::map<std::string, std::uint64_t>> by_type_at_start;  // of the window
};

}  // namespace debug_process::sections::files
