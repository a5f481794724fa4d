// A /proc file system rooted at a given path, so that tests can hand over captured trees.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace debug_process::proc {

class Procfs {
 public:
  explicit Procfs(std::string root = "/proc") : root_(std::move(root)) {}

  // The whole file. Errors carry the path and errno; a process that is gone is ENOENT or ESRCH.
  [[nodiscard]] Result<std::string> read(std::string_view relative) const;
  // Whether there is such a file or directory that may be looked at.
  [[nodiscard]] bool exists(std::string_view relative) const;
  // What stands at `offset`, at most `length` bytes: of PID/mem, the process's own memory.
  [[nodiscard]] Result<std::string> read_at(std::string_view relative, std::uint64_t offset,
                                            std::size_t length) const;
  // The link's text, which for descriptors is no path at all ("socket:[123]"). Never follows it:
  // proc(5).
  [[nodiscard]] Result<std::string> read_link(std::string_view relative) const;
  // Names in a directory, without "." and "..", in the kernel's order.
  [[nodiscard]] Result<std::vector<std::string>> list(std::string_view relative) const;
  // Numeric names only, ascending: tids of a task directory, descriptors of an fd directory.
  [[nodiscard]] Result<std::vector<int>> list_numbers(std::string_view relative) const;

  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  [[nodiscard]] std::string absolute(std::string_view relative) const;
  std::string root_;
};

// True when the error says that the process, thread or descriptor is no more.
[[nodiscard]] bool is_gone(const Error& error);

}  // namespace debug_process::proc
