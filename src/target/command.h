// A command that we start: it waits before its execve until it is watched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "util/fd.h"
#include "util/result.h"

namespace debug_process::target {

class Command {
 public:
  // Finds argv[0] as execvp(3) would, forks, and returns with the child waiting. ENOENT: there is
  // no such program; EACCES: there is, and it may not be executed. If we die before release() the
  // child ends without having done anything.
  // From here on we do not ignore SIGCHLD, even if we came to do so; the command still does.
  [[nodiscard]] static Result<Command> start(const std::vector<std::string>& argv);
  ~Command();
  Command(Command&&) noexcept;
  Command& operator=(Command&&) = delete;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Lets it run. Returns when the program runs; an error is its execve's.
  [[nodiscard]] Result<void> release();
  void send(int signal_number) const;
  // As wait(2) gives it. Waits for the command's end unless it has ended. nullopt: unknown, as
  // somebody else in this process has waited for it.
  [[nodiscard]] std::optional<int> wait();

 private:
  Command() = default;

  pid_t pid_ = -1;
  std::optional<int> wait_status_;
  bool reaped_by_another_ = false;
  bool released_ = false;
  std::string name_;
  UniqueFd go_;       // a byte lets the child go on; closed without one, it ends
  UniqueFd failure_;  // the child writes errno here when execve fails; closed by a good one
};

}  // namespace debug_process::target
