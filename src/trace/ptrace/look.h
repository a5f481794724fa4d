// Where a thread is, before it is stopped: the kernel's answers in /proc.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proc/procfs.h"
#include "proc/status.h"
#include "trace/activity.h"
#include "util/fd.h"

namespace debug_process::trace::ptrace {

struct Sight {
  bool gone = false;
  bool running = false;            // has or wants a CPU, as far as could be seen
  bool may_be_stopped = false;     // the program will not notice
  std::optional<SyscallKey> call;  // that it is blocked in
  // Where the kernel said so, still open, and its words.
  UniqueFd file;
  std::string text;
};

// A call that a thread is in, with its arguments.
struct SeenCall {
  SyscallKey key;
  std::array<std::uint64_t, 6> args{};
};

// How often a thread gave up its CPU by itself, to sleep, and how often it had to.
struct Switches {
  std::uint64_t voluntary = 0;
  std::uint64_t involuntary = 0;
};

class Looker {
 public:
  explicit Looker(proc::Procfs procfs = proc::Procfs()) : procfs_(std::move(procfs)) {}

  [[nodiscard]] Sight look(pid_t pid, pid_t tid) const;
  // Whether a thread that did not run is where it was seen, or there again. One read, and nothing
  // after it: what is done at once finds the thread there, unless we are kept from running.
  [[nodiscard]] static bool is_still_there(const Sight& sight);
  // Whether a thread that was put aside while it ran stood within a call, on its way to what that
  // does, rather than in its program or on its way back there; false: unknown, too. Needs
  // CAP_SYS_ADMIN: proc_pid_stack().
  [[nodiscard]] bool is_within_call(pid_t pid, pid_t tid) const;
  // Of a thread that stands still; also where it is stopped on its way into a call or out of it.
  [[nodiscard]] std::optional<SeenCall> call(pid_t pid, pid_t tid) const;
  // It last ran on; -1: unknown.
  [[nodiscard]] int cpu_of(pid_t pid, pid_t tid) const;
  [[nodiscard]] std::optional<Switches> switches(pid_t pid, pid_t tid) const;
  // Whether its program has a handler for this signal; true: not known, too.
  [[nodiscard]] bool handles(pid_t pid, pid_t tid, int signal_number) const;
  // CPU time so far: exact of one that stands still; nullopt: unknown.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> cpu_time(pid_t pid, pid_t tid) const;
  // Changes whenever the thread runs; empty: unknown.
  [[nodiscard]] std::string trail(pid_t pid, pid_t tid) const;

 private:
  [[nodiscard]] std::optional<proc::Status> status(pid_t pid, pid_t tid) const;
  [[nodiscard]] bool socket_without_timeout(pid_t pid, int fd) const;

  proc::Procfs procfs_;
};

}  // namespace debug_process::trace::ptrace
