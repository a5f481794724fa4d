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

  void add(pid_t pid, pid_t tid, const Look& look);

  [[nodiscard]] std::uint64_t looks() const { return looks_; }
  // Most often first.
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
  struct Thread {
    pid_t pid = 0;
    std::string name;
    std::map<Place, std::uint64_t> places;
  };

  TraceSet wanted_;
  std::uint64_t looks_ = 0;
  std::map<pid_t, Thread> threads_;
};

}  // namespace debug_process::trace::sampling
