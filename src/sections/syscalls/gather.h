// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sections/source.h"
#include "sections/syscalls/facts.h"
#include "trace/activity.h"

namespace debug_process::sections::syscalls {

// Where each thread stands at one moment. A call that lasts through the whole window makes no event
// at all: only this tells of it.
struct Standing {
  std::string thread;
  bool running = false;
  std::optional<trace::SyscallKey> call;  // that it is in
  // How often it has come to a CPU so far; where the kernel does not count that, how often it has
  // gone to sleep.
  std::optional<std::uint64_t> switches;
  std::optional<std::string> wait_channel;  // the kernel function it sleeps in
};

struct Snapshot {
  std::map<pid_t, Standing> threads;
  std::optional<std::string> gap;  // why `threads` lacks something
};

enum class At { start, end };

// Reads /proc/PID/task/*/syscall, which needs ptrace-read rights, and at the window's end wchan.
// Without the rights `call` stays unknown.
[[nodiscard]] Snapshot snapshot(const Source& source, At at = At::end);

// `activity` is null when nothing traced; `why_untraced` then says why.
[[nodiscard]] Facts gather(const Snapshot& start, const Snapshot& end,
                           std::chrono::nanoseconds window, const trace::Activity* activity,
                           const std::string& why_untraced, const Filter& filter = {});

}  // namespace debug_process::sections::syscalls
