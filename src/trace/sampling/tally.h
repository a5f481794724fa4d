// Looks, added up. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trace/activity.h"
#include "trace/sampling/look.h"
#include "trace/trace_set.h"

namespace debug_process::trace::sampling {

class Tally {
 public:
  // Time in calls outside of `wanted` is told as time and not as calls.
  explicit Tally(TraceSet wanted) : wanted_(std::move(wanted)) {}

  // More threads that have ended are to be kept together.
  static constexpr std::size_t kMostEnded = 4096;

  void add(pid_t pid, pid_t tid, const Look& look);
  // All but the `living` (ascending) have ended: what was seen of them is kept together, by names.
  void merge_ended(const std::vector<pid_t>& living);

  [[nodiscard]] std::uint64_t looks() const { return looks_; }
  // That have a name of their own.
  [[nodiscard]] std::size_t threads() const { return threads_.size(); }
  // Most often first. Those that are kept together have no tid and no pid: 0.
  [[nodiscard]] std::vector<Sampled> sampled() const;
  // The calls that these looks, the last ones, found threads in: `elapsed` is how long at least, 0
  // where nothing is known of it.
  struct Last {
    pid_t tid = 0;
    Look look;
  };
  [[nodiscard]] std::vector<InFlight> in_flight(const std::vector<Last>& last,
                                                Clock::time_point now) const;

 private:
  using Places = std::map<Place, std::uint64_t>;
  struct Thread {
    pid_t pid = 0;
    std::string name;
    Places places;
  };

  TraceSet wanted_;
  std::uint64_t looks_ = 0;
  std::map<pid_t, Thread> threads_;
  std::map<std::string, Places> ended_;  // by the thread's name
};

}  // namespace debug_process::trace::sampling
