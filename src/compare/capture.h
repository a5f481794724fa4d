// A report as the comparison needs it: numbers by interval of the window, which is what has a
// variance. Calls of one moment have too much in common to be counted each for itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/report.h"

namespace debug_process::compare {

// Fewer say nothing of how much they vary: "too few to tell".
inline constexpr std::size_t kFewestIntervals = 6;

// What happens a number of times: in the window, and a second in each of its intervals where that
// is known.
struct Events {
  double count = 0;
  double seconds = 0;
  std::vector<double> rates;

  [[nodiscard]] double rate() const { return seconds > 0 ? count / seconds : 0; }
};

struct Call {
  Events calls;
  Events errors;
  double time = 0;  // seconds in it, of all threads
  Histogram latency;
  std::vector<Histogram> latencies;  // by interval; only those with calls

  // Thread-seconds a second.
  [[nodiscard]] double time_share() const { return calls.seconds > 0 ? time / calls.seconds : 0; }
  [[nodiscard]] double error_share() const {
    return calls.count > 0 ? errors.count / calls.count : 0;
  }
};

// A system call and the error's name.
using ErrorKind = std::pair<std::string, std::string>;

struct Capture {
  double seconds = 0;  // of the window
  std::size_t intervals = 0;
  bool counted = false;  // calls are known
  Events calls;
  Events errors;
  std::map<std::string, Call> by_call;  // "read"; "read@i386" where an ABI is not the usual one
  std::map<ErrorKind, double> failures;
  std::map<ErrorKind, std::string> examples;
  Events minor_faults;
  Events major_faults;
  std::vector<double> cpu;    // of one, in each interval
  std::vector<double> files;  // open
  std::vector<double> threads;
  std::vector<double> rss;                // bytes
  std::optional<double> cpu_share;        // of one, over the window
  std::optional<double> waiting_for_cpu;  // thread-seconds a second
};

[[nodiscard]] Capture capture_of(const report::Report& report);

}  // namespace debug_process::compare
