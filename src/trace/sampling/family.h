// The target and, with --follow, its descendants: those there and those to come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "proc/procfs.h"
#include "trace/activity.h"
#include "trace/sampling/look.h"

namespace debug_process::trace::sampling {

struct Member {
  // Null after its end, as it holds a descriptor. The target's stays: what it could not read is
  // told at the end.
  std::unique_ptr<Looker> looker;
  std::chrono::nanoseconds start_time{0};  // after boot
  ProcessStats stats;
  bool ended = false;
};

class Family {
 public:
  // Each holds a descriptor.
  static constexpr std::size_t kMost = 256;
  // Children that have ended and are still known, each by its own name.
  static constexpr std::size_t kMostEnded = 512;

  // Fails when the target's stat cannot be read.
  [[nodiscard]] static Result<Family> of(const proc::Procfs& procfs, pid_t pid);

  [[nodiscard]] std::vector<Member>& members() { return members_; }
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  // Looks for children by the ppid of all processes. Those found in the first search are taken to
  // have been there before the window.
  void search();
  // True when it lives: its name is then up to date. PID reuse is an end.
  bool refresh(Member& member);
  // Of more children that have ended than kMostEnded only the latest stay: others move up in
  // members(). Not at every call.
  void forget_oldest_ended();
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }
  // How many at a time could not be taken in: too many, or no descriptor was left for them.
  [[nodiscard]] std::uint64_t missed() const { return missed_; }

 private:
  explicit Family(proc::Procfs procfs) : procfs_(std::move(procfs)) {}

  [[nodiscard]] bool knows(const proc::Stat& stat) const;
  [[nodiscard]] bool has_living(pid_t pid) const;
  void take_in(const proc::Stat& stat);
  void miss(const Error& error);

  proc::Procfs procfs_;
  std::vector<Member> members_;  // the target first
  std::size_t living_ = 0;
  std::uint64_t missed_now_ = 0;  // in this search
  bool searched_ = false;
  std::uint64_t missed_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace debug_process::trace::sampling
