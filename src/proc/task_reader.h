// Reads the small files of one process's threads, as cheaply as that goes: some 3 us each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "proc/procfs.h"
#include "util/fd.h"
#include "util/result.h"

namespace debug_process::proc {

// Holds /proc/PID open: whatever comes to have that number later, nothing of it is read here.
class TaskReader {
 public:
  [[nodiscard]] static Result<TaskReader> open(const Procfs& procfs, pid_t pid);

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Of the process: "stat". Valid until the next call of a function here.
  [[nodiscard]] Result<std::string_view> read(const char* file);
  // Of a thread: task/TID/FILE. Valid until the next call of a function here.
  [[nodiscard]] Result<std::string_view> read(pid_t tid, const char* file);
  // Of its threads, ascending; an error when it has ended.
  [[nodiscard]] Result<std::vector<pid_t>> tids() const;

 private:
  TaskReader(pid_t pid, std::string path, UniqueFd folder)
      : pid_(pid), path_(std::move(path)), folder_(std::move(folder)) {}

  pid_t pid_;
  std::string path_;
  UniqueFd folder_;
  // The longest of these files, stat, has some 400 bytes; seq_file hands each over in one read.
  std::array<char, 2048> buffer_{};
};

}  // namespace debug_process::proc
