// What a process has open, told by the kernel in one go: for tables so large that reading a link
// and an fdinfo for each takes long. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <memory>

#include "proc/fd_table.h"
#include "util/result.h"

namespace debug_process::trace {

// The BPF iterator task_file (Linux 6.1; CAP_BPF, CAP_PERFMON). Loaded with the first reading, some
// 20 ms, and kept for the next.
class OpenFilesReader {
 public:
  OpenFilesReader();
  ~OpenFilesReader();
  OpenFilesReader(const OpenFilesReader&) = delete;
  OpenFilesReader& operator=(const OpenFilesReader&) = delete;

  // The same rows as proc::read_fd_table(), with Fd::open_file filled in, some ten times faster.
  // `pid` is in our PID namespace. An error means that it cannot be had here, or not for this
  // process: a zombie leader has no table.
  [[nodiscard]] Result<proc::FdTable> read(const proc::Procfs& procfs, pid_t pid);

 private:
  struct Program;  // defined in bpf/open_files.cpp
  std::unique_ptr<Program> program_;
};

}  // namespace debug_process::trace
