// One thread that is traced, and one process that it belongs to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "trace/ptrace/counters.h"
#include "trace/ptrace/estimate.h"
#include "trace/ptrace/look.h"

namespace debug_process::trace::ptrace {

struct Process {
  ProcessStats stats;  // without the counts: those are in `calls`
  ProcessCalls calls;
};

// Left alone in a call that an interruption would break.
struct Parked {
  std::optional<SyscallKey> call;
  std::string trail;                   // Looker::trail(): the same again, it has not run meanwhile
  std::chrono::nanoseconds since{0};   // it was first found there
  std::chrono::nanoseconds proven{0};  // until then it had not run
};

struct Tracee {
  pid_t tid = 0;
  Process* process = nullptr;
  ThreadCalls calls;

  // Its calls are seen from here on; nullopt: it runs free.
  std::optional<std::chrono::nanoseconds> watched_since;
  std::chrono::nanoseconds watched{0};  // before that
  // CPU time when that began, and in all of the time before that.
  std::optional<std::chrono::nanoseconds> cpu_began;
  std::chrono::nanoseconds cpu_watched{0};
  std::chrono::nanoseconds asleep{0};  // of the time watched, in calls or stopped by a signal
  std::chrono::nanoseconds joined{0};  // the window, or this thread in it, began
  std::optional<Parked> parked;
  std::optional<Switches> switches;  // at the last look
  bool seized = true;                // we hold it
  bool born_in_window = false;
  bool stopping = false;  // it has been interrupted, and has not stopped yet
  bool held = false;      // at a call, until the others were served
  // Stopped by a signal, as the whole process is.
  std::optional<std::chrono::nanoseconds> listening_since;
  std::uint64_t price = 0;  // of its calls, in calls of the measured cost
  // Interrupted while it ran, then: what it has lost by that.
  std::optional<std::chrono::nanoseconds> interrupted_at;
  std::uint64_t events = 0;  // stops, watched, that were none of a call's
  std::chrono::nanoseconds lost{0};
  std::chrono::nanoseconds lost_to_events{0};  // of that, to signals and new threads

  [[nodiscard]] std::chrono::nanoseconds watched_until(std::chrono::nanoseconds now) const {
    return watched + (watched_since ? now - *watched_since : std::chrono::nanoseconds(0));
  }

  // Up to `now`, or to when the watching of it ended.
  [[nodiscard]] Exposure exposure(std::chrono::nanoseconds now) const {
    Exposure exposure;
    exposure.calls = calls.calls;
    exposure.stops = calls.stops;
    exposure.events = events;
    exposure.reads_writes = calls.reads_writes;
    exposure.watched = watched_until(now);
    exposure.window = now - joined;
    exposure.cpu_watched = cpu_watched;
    exposure.lost = lost;
    return exposure;
  }
};

}  // namespace debug_process::trace::ptrace
