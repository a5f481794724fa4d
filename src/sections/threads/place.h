// What a thread is blocked in: /proc/PID/task/TID/{syscall,wchan}, and what the call's arguments
// name. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

#include "sections/source.h"
#include "sections/threads/facts.h"
#include "util/result.h"

namespace debug_process::sections::threads {

// Looks at one thread after the other. Names descriptors by their links, and paths and addresses by
// what the thread's memory holds; that waits for the memory's lock, so it is given up for all once
// it took too long.
class PlaceReader {
 public:
  explicit PlaceReader(const Source& source) : source_(source) {}

  // Needs ptrace-read rights.
  [[nodiscard]] Result<Place> read(pid_t tid);

 private:
  [[nodiscard]] std::string read_memory(std::uint64_t address, std::size_t length);
  [[nodiscard]] std::string path_at(std::uint64_t address);
  [[nodiscard]] std::optional<int> polled(std::uint64_t address, std::uint64_t count);
  void add_object(const struct Call& call, Place& place);

  const Source& source_;
  bool memory_readable_ = true;
};

}  // namespace debug_process::sections::threads
