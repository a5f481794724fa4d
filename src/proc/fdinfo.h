// /proc/PID/fdinfo/FD: proc(5), the kernel's seq_show() of fs/proc/fd.c and each file type's
// show_fdinfo. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proc/device.h"
#include "proc/locks.h"
#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// What an epoll instance was told to watch: the number as it was then.
struct EpollTarget {
  int fd = -1;
  std::optional<std::uint64_t> inode;  // since Linux 4.13
  std::optional<Device> device;
};

// Of inotify or fanotify: a file, or for fanotify a mount or a whole file system.
struct FsWatch {
  std::optional<std::uint64_t> inode;
  std::optional<Device> device;
  std::optional<std::uint64_t> mount_id;
  int handle_type = 0;  // as of name_to_handle_at(2)
  std::string handle;   // its bytes; empty: none
};

struct Timer {
  std::optional<int> clock;
  std::optional<std::uint64_t> ticks;            // expired, and not read
  std::optional<std::chrono::nanoseconds> left;  // 0: not armed
  std::optional<std::chrono::nanoseconds> interval;
};

// Linux 5.19 and later tell all of it.
struct Ring {
  std::optional<std::uint32_t> sq_mask;  // entries - 1
  std::optional<std::uint32_t> cq_mask;
  std::optional<std::uint64_t> submissions;  // in the queue, not taken by the kernel
  std::optional<std::uint64_t> completions;  // in the queue, not taken by the process
  std::optional<std::uint64_t> files;        // registered
  std::optional<std::uint64_t> buffers;      // registered
  std::uint64_t polls = 0;                   // requests that wait for a file to be ready
};

struct Bpf {
  std::optional<std::uint32_t> map_type;  // enum bpf_map_type
  std::optional<std::uint32_t> max_entries;
  std::optional<std::uint32_t> map_id;
  std::optional<std::uint32_t> program_type;  // enum bpf_prog_type
  std::optional<std::uint32_t> program_id;
  std::optional<std::string> link_type;  // "raw_tracepoint"
  std::optional<std::uint32_t> link_id;
};

struct Fdinfo {
  Bytes position;
  std::uint32_t flags = 0;  // as for open(2), O_CLOEXEC included
  std::optional<std::uint64_t> mount_id;
  std::optional<std::uint64_t> inode;  // since Linux 5.14
  std::optional<std::uint64_t> eventfd_count;
  std::optional<std::uint32_t> eventfd_id;  // which one
  bool semaphore = false;                   // of an eventfd
  std::optional<pid_t> pid;  // of a pidfd; -1: it has ended, 0: of another PID namespace
  std::optional<std::uint64_t> signals;    // of a signalfd: bit 0 is signal 1
  std::optional<std::uint64_t> faults;     // of a userfaultfd: waiting to be read
  std::optional<std::string> interface;    // of a tun or tap device
  Timer timer;                             // of a timerfd
  Ring ring;                               // of an io_uring
  Bpf bpf;                                 // of a map, program or link
  std::vector<EpollTarget> epoll_targets;  // of an epoll instance
  std::vector<FsWatch> watches;            // of inotify and fanotify
  std::vector<Lock> locks;                 // that are held through this descriptor
};

// Lines with keys that are not known are skipped: drivers add their own. Of a key that comes twice
// the first line counts: what stands behind may be names that others have chosen.
[[nodiscard]] Result<Fdinfo> parse_fdinfo(std::string_view text);

}  // namespace debug_process::proc
