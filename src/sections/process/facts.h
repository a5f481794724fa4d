// What the process is: identity, place, limits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::process {

struct Limit {
  std::string name;                   // as the kernel writes it: "Max open files"
  std::optional<std::uint64_t> soft;  // nullopt: unlimited
  std::optional<std::uint64_t> hard;  // nullopt: unlimited
  std::string unit;                   // "files", "bytes", "" ...
};

// One of those watched with --follow: the target, or a descendant.
struct Followed {
  std::optional<pid_t> pid;     // nullopt: it has none in our PID namespace, or it is not known
  std::optional<pid_t> parent;  // the one that forked it
  std::string name;
  // "sleeping", "exited with 0", "killed by SIGTERM" ...; nullopt: it has ended since the window
  std::optional<std::string> state;
  std::optional<int> wait_status;  // as from wait(2), when it ended in the window
  std::optional<std::uint64_t> calls;
  std::optional<std::uint64_t> errors;
  std::optional<std::chrono::nanoseconds> in_calls;  // wall time, all threads
  std::optional<Ratio> share;                        // of all wall time in calls
  bool started_in_window = false;
  bool ended_in_window = false;
};

// Children that have ended and that nobody has waited for. Unknown where finding them would take
// too long.
struct Zombies {
  std::optional<std::uint64_t> now;
  std::optional<std::uint64_t> at_start;    // of the window
  std::optional<std::uint64_t> throughout;  // of those at the start: still there
};

struct Facts {
  Completeness completeness;
  pid_t pid = 0;
  std::string comm;
  std::string state;  // "sleeping", "running", "uninterruptible sleep", "zombie", ...
  std::optional<char> state_letter;  // as in ps: R S D T t Z I
  bool is_kernel_thread = false;
  std::optional<uid_t> uid;         // the effective one: what decides about access
  std::optional<std::string> user;  // uid's name on this host
  std::optional<uid_t> real_uid;
  std::optional<pid_t> ppid;  // 0: its parent is not in our PID namespace
  std::optional<std::string> parent_comm;
  std::optional<std::uint64_t> threads;
  std::optional<int> nice;
  std::optional<std::string> cwd;
  std::optional<std::string> root;         // where it is not "/"
  std::optional<std::string> executable;   // without the kernel's " (deleted)"
  std::optional<bool> executable_deleted;  // removed or replaced since it was started
  std::vector<std::string> command;        // never empty: {"[comm]"} where there is no command line
  std::string command_note;  // why `command` is not the true command line; empty when it is
  std::optional<std::chrono::system_clock::time_point> started_at;
  std::optional<std::chrono::nanoseconds> uptime;
  std::optional<std::string> cgroup;
  std::optional<std::string> container_id;
  std::optional<std::string>
      container_runtime;  // "docker", "containerd", "cri-o", "podman", "kubernetes", ...
  std::vector<Limit> limits;
  std::optional<pid_t> tracer_pid;  // 0: not traced
  std::optional<std::string> tracer_comm;
  std::vector<pid_t> ns_pids;   // from our PID namespace inwards; a single one when it has no other
  std::optional<pid_t> ns_pid;  // the innermost
  std::optional<std::string> seccomp;  // "disabled", "strict", "filter"
  Zombies zombies;
  std::optional<std::vector<Followed>> followed;  // most time in calls first; only with --follow
};

}  // namespace debug_process::sections::process
