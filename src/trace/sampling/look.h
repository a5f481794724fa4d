// What the threads of one process are doing, one look at one thread at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proc/stat.h"
#include "proc/task_reader.h"
#include "trace/activity.h"

namespace debug_process::trace::sampling {

using Clock = std::chrono::steady_clock;

// Where a thread was found.
struct Place {
  char state = '?';  // as in ps: R S D T t I
  std::optional<SyscallKey> call;
  bool call_known = false;  // false: /proc/TID/syscall may not be read
  std::optional<std::string> wait_channel;

  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Look {
  std::string thread;
  Place place;
  // The earlier look since which it has surely not left this place; nullopt: it has run since the
  // last look, or that is not known.
  std::optional<Clock::time_point> since;
};

class Looker {
 public:
  explicit Looker(proc::TaskReader reader) : reader_(std::move(reader)) {}

  [[nodiscard]] pid_t pid() const { return reader_.pid(); }
  // Of the process; an error when it has ended and was reaped.
  [[nodiscard]] Result<proc::Stat> stat();
  [[nodiscard]] Result<std::vector<pid_t>> tids() const { return reader_.tids(); }
  // At one thread; nullopt when it has ended. Two small files for one that has not run since the
  // last look, five for one that has.
  [[nodiscard]] std::optional<Look> look(pid_t tid, Clock::time_point now);
  // Why /proc/TID/syscall may be read of no thread; nullopt as long as it was of one.
  [[nodiscard]] const std::optional<Error>& calls_refused() const { return calls_refused_; }
  // As of the last stat().
  [[nodiscard]] std::uint32_t flags() const { return flags_; }
  [[nodiscard]] bool is_kernel_thread() const { return kernel_thread_; }
  // Forgets threads that are no more; `tids` are those that are, ascending.
  void keep_only(const std::vector<pid_t>& tids);

 private:
  // A thread as it was last seen. As long as it has used no further time slice it has not run, and
  // so gone nowhere.
  struct Known {
    std::string thread;
    Place place;
    std::optional<std::uint64_t> slices;
    Clock::time_point seen_first;  // there, in this slice
    bool dead = false;
  };
  enum class Found { ended, place, nothing };

  [[nodiscard]] std::optional<std::uint64_t> slices(pid_t tid);
  Found find_call(pid_t tid, Place& place);
  void note_refusal(pid_t tid, const Error& error);
  bool find_state(pid_t tid, Known& known, Place& place);
  bool find_details(pid_t tid, Known& known, Place& place, std::optional<std::uint64_t> slices);

  proc::TaskReader reader_;
  std::uint32_t flags_ = 0;
  bool kernel_thread_ = false;
  std::optional<Error> calls_refused_;
  bool calls_seen_ = false;  // of some thread: no right is missing
  std::unordered_map<pid_t, Known> known_;
};

}  // namespace debug_process::trace::sampling
