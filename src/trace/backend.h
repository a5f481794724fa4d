// How a backend watches. Add one in a folder of its own, and a line in select.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trace/activity.h"
#include "trace/trace_set.h"
#include "util/result.h"

namespace debug_process::trace {

struct WatchOptions {
  pid_t pid = 0;                       // the target's tgid, in our PID namespace
  unsigned threads = 1;                // how many it has now; sizes the per-thread state
  bool kernel_thread = false;          // which makes no system calls
  bool from_next_exec = false;         // a launched command: count from the execve that starts it
  bool follow = false;                 // its children too, those there and those to come
  TraceSet trace_set;                  // calls outside of it are not counted
  bool failed_only = false;            // only calls that fail are counted
  std::optional<double> max_overhead;  // share of the target's time that watching may cost;
                                       // nullopt: no cap, all is watched
  std::optional<std::string> btf;      // a file with the kernel's BTF, instead of the kernel's own
};

class Backend {
 public:
  virtual ~Backend() = default;
  // Opens the window: from here on calls count. All that can be refused has been tried before.
  // Undone by stop(), by the destructor, and by our death.
  virtual void start() = 0;
  // Between start() and stop(): here ends an interval of the window, and the next begins.
  // Activity::intervals tells them apart, where the backend can.
  virtual void mark() {}
  // Closes the window first, lets go of the target, then reads what was seen. Call once, after
  // start().
  virtual Result<Activity> stop() = 0;
};

// A backend that cannot run here: the cause, and in the hint the remedy.
struct Refusal {
  std::string backend;
  Error error;
};

struct Selected {
  std::unique_ptr<Backend> backend;  // null: none can run here
  std::string name;                  // "bpf", "ptrace", "sampling", or "none"
  std::string reason;                // why this one, in a sentence
  std::vector<Refusal> refusals;     // of those tried before it
};

// The names that --backend takes, "auto" first, then in the order that auto tries them.
[[nodiscard]] const std::vector<std::string_view>& backend_names();

// Why "auto" takes this backend for nothing, however well it would work; nullopt: it tries it.
[[nodiscard]] std::optional<Error> passed_over(std::string_view backend,
                                               const WatchOptions& options);

// `wanted` is one of backend_names(). "auto" takes the first that can be set up, by trying. With
// "auto" no backend is no error: the report is made from /proc alone and `reason` says why. A
// backend that was named and cannot run is an error.
[[nodiscard]] Result<Selected> select_backend(std::string_view wanted, const WatchOptions& options);

}  // namespace debug_process::trace
