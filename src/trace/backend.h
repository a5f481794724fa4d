// How a backend watches. Add one in a folder of its own, and a line in select.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "trace/activity.h"
#include "util/result.h"

namespace debug_process::trace {

struct WatchOptions {
  pid_t pid = 0;                // the target's tgid, in our PID namespace
  unsigned threads = 1;         // how many it has now; sizes the per-thread state
  bool from_next_exec = false;  // a launched command: count from the execve that starts it
};

class Backend {
 public:
  virtual ~Backend() = default;
  // From here on the target pays. Undone by stop(), by the destructor, and by our death.
  virtual Result<void> start() = 0;
  // Stops watching first, then reads what was seen. Call once, after start().
  virtual Result<Activity> stop() = 0;
};

struct Selected {
  std::unique_ptr<Backend> backend;  // null: none can run here
  std::string name;                  // "bpf", or "none"
  std::string reason;                // why this one, in a sentence
};

// `wanted` is "auto" or a backend's name. With "auto" no backend is no error: the report is made
// from /proc alone and `reason` says why. A backend that was named and cannot run is an error.
[[nodiscard]] Result<Selected> select_backend(std::string_view wanted, const WatchOptions& options);

}  // namespace debug_process::trace
