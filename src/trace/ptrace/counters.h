// Pairs the stops at a call's begin and end, and adds up. Pure: times come in as arguments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "trace/activity.h"
#include "trace/ptrace/calls.h"
#include "trace/trace_set.h"

namespace debug_process::trace::ptrace {

using Args = std::array<std::uint64_t, 6>;

// One system call of one ABI.
struct CallRow {
  CallTraits traits;
  bool wanted = true;  // in the set that is watched
  SyscallStats stats;
};

// Of all threads of one process.
struct ProcessCalls {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::chrono::nanoseconds in_calls{0};
};

// One thread, as far as its calls were followed.
struct ThreadCalls {
  struct Call {
    CallRow* row = nullptr;
    std::optional<std::chrono::nanoseconds> entered;  // nullopt: before it was watched
    Args args{};
  };
  ProcessCalls* process = nullptr;
  std::optional<Call> in_call;
  // We stopped the thread in this call: what comes next is the same call, made again by the kernel.
  std::optional<SyscallKey> interrupted;
  bool ended_with_eintr = false;  // the last call, and that was counted
  CallRow* previous = nullptr;
  CallRow* restarted = nullptr;    // ended as a restart; how that went shows later
  std::uint64_t calls = 0;         // of those that are wanted
  std::uint64_t reads_writes = 0;  // of all, as the kernel counts them
  std::uint64_t stops = 0;         // pairs of them: what the thread pays for
};

class Counters {
 public:
  Counters(TraceSet set, bool failed_only) : set_(std::move(set)), failed_only_(failed_only) {}

  void enter(ThreadCalls& thread, const SyscallKey& key, const Args& args,
             std::chrono::nanoseconds now);
  // A call that was entered before the window, or before the thread was watched.
  void enter_unseen(ThreadCalls& thread, const SyscallKey& key, const Args& args);
  // `result` is the kernel's: negative errnos, restarts among them. Returns the row of the error,
  // if that still has no example.
  ErrorStats* leave(ThreadCalls& thread, std::int64_t result, std::chrono::nanoseconds now);
  // The thread goes on unwatched: what it was in ends without being seen.
  static void lose_sight(ThreadCalls& thread);
  // The kernel makes the call again that has just ended with EINTR, unless a handler comes first.
  // If it was seen to end it becomes a restart; with failed_only it stays a failure.
  void make_again(ThreadCalls& thread, const SyscallKey& key);

  [[nodiscard]] const TraceSet& set() const { return set_; }
  // Fills in what is counted by call.
  void add_to(Activity& activity) const;

 private:
  using Transitions = std::map<std::pair<const CallRow*, const CallRow*>, std::uint64_t>;

  CallRow& row_of(const SyscallKey& key);
  CallRow* made_again(ThreadCalls& thread, const CallRow& row);
  void count(ThreadCalls& thread, CallRow& row, bool failed, bool restarted,
             std::optional<std::chrono::nanoseconds> took);
  ErrorStats* count_error(const SyscallKey& key, int errno_value);
  void follow_restart(ThreadCalls& thread, CallRow& row, bool restarted, std::int64_t result);

  TraceSet set_;
  bool failed_only_;
  std::map<SyscallKey, CallRow> rows_;
  std::map<std::pair<SyscallKey, int>, ErrorStats> errors_;
  Transitions transitions_;
};

}  // namespace debug_process::trace::ptrace
