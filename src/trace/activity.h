// What was seen of the target's system calls: the one result of every backend.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trace/abi/abi.h"
#include "util/histogram.h"

namespace debug_process::trace {

// A number alone names no system call: 32-bit and x32 callers have tables of their own.
struct SyscallKey {
  abi::Abi abi = abi::Abi::native;
  std::int32_t number = 0;
  friend auto operator<=>(const SyscallKey&, const SyscallKey&) = default;
};

// A part of the window: what is so in most of them is no accident. Not what --max-overhead makes:
// within each interval calls may be seen in several slices, in a part of one, or in none.
struct Interval {
  std::chrono::nanoseconds length{0};
  double coverage = 1;  // share of it in which calls were seen; 0: nothing is known of it
};

// What was seen of one call in one interval.
struct IntervalStats {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  Histogram latency;
};

struct SyscallStats {
  SyscallKey key;
  std::uint64_t calls = 0;     // those that returned, and exit and exit_group, which never do
  std::uint64_t errors = 0;    // returned -4095..-1; restarts are not errors
  std::uint64_t restarts = 0;  // interrupted, and restarted by the kernel
  std::uint64_t untimed =
      0;  // of `calls`: no latency known (begun before the window, seccomp, loss)
  // Of `calls`: returned 0; nullopt: this backend does not count them.
  std::optional<std::uint64_t> zeros;
  Histogram latency;                     // of the calls with a known latency
  std::vector<IntervalStats> intervals;  // as many as Activity::intervals
};

// What failed calls were about.
struct ErrorObject {
  std::optional<std::string> text;  // the path or the peer, as the target gave it
  std::optional<int> fd;
  std::uint64_t calls = 0;
};

struct ErrorStats {
  SyscallKey key;
  int errno_value = 0;
  std::uint64_t calls = 0;
  // Most frequent first; what they lack of `calls` is not known. Empty where only an example is
  // taken.
  std::vector<ErrorObject> objects;
  std::optional<std::string> example;  // the path or peer of one such call, as the target gave it
  std::optional<int> example_fd;       // the descriptor of one such call
};

struct ThreadStats {
  pid_t tid = 0;  // in our PID namespace
  std::uint64_t calls = 0;
};

// One process of those watched: the target first, then its descendants (--follow). What it made of
// calls is unknown where Activity::counts is samples.
struct ProcessStats {
  std::optional<pid_t> pid;     // in our PID namespace; nullopt: it ended before that was known
  std::optional<pid_t> parent;  // the one that forked it
  std::string comm;             // the last one seen
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::chrono::nanoseconds in_calls{0};  // wall time in calls of a known latency, all threads
  bool started_in_window = false;
  bool ended_in_window = false;
  std::optional<int> wait_status;  // as from wait(2), when it ended in the window
};

// What one thread was found doing, so many times (the sampling backend).
struct Sampled {
  pid_t tid = 0;  // 0: of threads that have ended, all those of this name together
  pid_t pid = 0;  // its process; 0 likewise
  std::string thread;
  char state = '?';                // as in ps: R S D T t
  std::optional<SyscallKey> call;  // nullopt: in none, or not to be known
  bool call_known = false;         // false: /proc/TID/syscall may not be read
  std::optional<std::string> wait_channel;
  std::uint64_t samples = 0;
};

// The waits of the target's threads on one futex.
struct FutexStats {
  std::uint64_t address = 0;
  std::uint64_t waits = 0;             // that returned
  std::uint64_t wakes = 0;             // calls that woke, or would have
  std::chrono::nanoseconds waited{0};  // wall time, all threads, of waits of a known latency
  // Threads that waited for it in the window: at least so many, and no more than 64 are told apart.
  unsigned waiters = 0;
  unsigned waiters_that_wake = 0;  // of these: that woke others too, as who had a lock does
};

// How often the target asked for the state of one path, and got it.
struct PathLookups {
  std::string path;  // as the target gave it
  std::uint64_t calls = 0;
};

// What was done with one open file, or with several. A call between two files counts for both.
struct IoStats {
  std::uint64_t calls = 0;  // that returned
  std::uint64_t errors = 0;
  std::uint64_t untimed = 0;  // of `calls`: without a known latency
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t transfers = 0;        // of `calls`: that moved a byte or more
  std::uint64_t small_transfers = 0;  // of these: that moved no more than 64
  std::chrono::nanoseconds total{0};  // wall time, of the calls with a known latency
};

// One descriptor of the target that was used in the window, and is open at its end.
struct DescriptorIo {
  int fd = -1;
  std::uint64_t inode = 0;
  std::uint64_t files = 1;  // that wore the number in the window, this one included
  IoStats io;               // of this one alone
  Histogram latency;        // of this one alone; scale 2, and only buckets
};

// Files that were closed in the window.
struct ClosedIo {
  std::string type;  // "file", "directory", "device", "pipe", "socket", "eventpoll", ...; "unknown"
  std::string path;  // as the call that opened it gave it; empty: not seen
  std::uint64_t files = 0;
  IoStats io;
};

// A call that had not returned when watching ended.
struct InFlight {
  pid_t tid = 0;  // in our PID namespace
  SyscallKey key;
  std::chrono::nanoseconds elapsed{0};
  // Known to have lasted all of the window: then `elapsed` is that, and the true time is longer.
  bool started_before_window = false;
};

// The last that was seen of a thread when its process ended.
struct LastCall {
  pid_t tid = 0;  // in our PID namespace
  SyscallKey key;
  bool returned = false;  // false: it was in the call
};

// One thread made `to` after `from`, so many times, over all threads.
struct Transition {
  SyscallKey from;
  SyscallKey to;
  std::uint64_t count = 0;
};

// Added to each system call while watching, as measured in this run.
struct Cost {
  std::optional<std::chrono::nanoseconds> target_per_call;
  // To one that works on a descriptor, where that is more.
  std::optional<std::chrono::nanoseconds> target_per_io_call = std::nullopt;
  // To one whose path or address is kept: it opens, asks for a state, or fails with it.
  std::optional<std::chrono::nanoseconds> target_per_path_call = std::nullopt;
  std::optional<std::chrono::nanoseconds> bystander_per_call;  // any other process
  std::optional<std::chrono::nanoseconds> paid;  // in all, by all threads of the target together
  // The time that `paid` is to be seen against: of the threads that have paid, together. nullopt:
  // the window, that is one CPU.
  std::optional<std::chrono::nanoseconds> of = std::nullopt;
};

// How far the counts can be trusted.
enum class Counts {
  exact,   // every call of the window, but for the losses
  scaled,  // seen in slices of the window, and scaled up to all of it
  samples  // no call was seen: shares of time only, in `sampled`
};

struct Activity {
  Counts counts = Counts::exact;
  double coverage = 1;           // share of the window in which calls were seen
  std::uint64_t calls_seen = 0;  // before scaling
  // Scaled: the relative standard error of all calls together; nullopt: unknown, and why, where the
  // backend tells.
  std::optional<double> counts_error;
  std::string counts_error_unknown;
  bool inflated_latencies = false;  // they include stops that we caused
  std::vector<Interval> intervals;  // of the window, in order; empty: not told apart
  std::vector<SyscallStats> syscalls;
  std::vector<ErrorStats> errors;
  std::vector<ThreadStats> threads;        // those alive at the end
  std::uint64_t exited_threads_calls = 0;  // of those that ended in the window
  std::uint64_t exited_thread_count = 0;
  std::vector<InFlight> in_flight;
  std::vector<LastCall> last_calls;  // of the target's threads, when it ended in the window
  std::vector<Transition> transitions;
  // Of the target itself, not of its children. nullopt: this backend does not see it.
  std::optional<std::vector<DescriptorIo>> descriptors;
  std::vector<ClosedIo> closed;
  // Of the target itself; nullopt: this backend does not see them. Most time waited, most calls
  // first.
  std::optional<std::vector<FutexStats>> futexes;
  std::optional<std::vector<PathLookups>> lookups;
  std::uint64_t execs = 0;               // images that the target took on within the window
  std::optional<int> wait_status;        // as from wait(2), when the target ended in the window
  std::chrono::nanoseconds observed{0};  // the time that the counts are for: scaled, all of it
  std::vector<ProcessStats> processes;   // with --follow; else empty
  std::vector<Sampled> sampled;          // sampling: what was found, most often first
  std::uint64_t passes = 0;              // sampling: how often all threads were looked at
  std::vector<std::string> notes;        // sentences that the reader of the numbers has to know
  Cost cost;
  // What could not be counted, by cause; empty: nothing.
  std::map<std::string, std::uint64_t> losses;
};

}  // namespace debug_process::trace
