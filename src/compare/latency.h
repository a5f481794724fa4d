// Whether a system call takes longer: its whole distribution, not its average.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "compare/capture.h"
#include "compare/difference.h"

namespace debug_process::compare {

// What must be true of a change of latencies to matter, beside its size. In thread-seconds a
// second.
struct LatencyTerms {
  double least_time = 0.01;  // that the call costs more, or less
  // What the threads wait for a CPU: that is in the latencies, and no call's own doing. Of a change
  // that costs less than this nobody can tell whose it is.
  double waiting = 0;
  double margin = kLeastChange;
};

// The distribution as a whole, by the mean on a log2 axis of each interval.
[[nodiscard]] Difference compare_latency(const std::string& syscall, const Call& a, const Call& b,
                                         const LatencyTerms& terms);

// The slowest hundredth, by a bootstrap over intervals. Some 500 calls a side are needed.
[[nodiscard]] Difference compare_tail(const std::string& syscall, const Call& a, const Call& b,
                                      const LatencyTerms& terms);

// The mean of log2(seconds); nullopt without a call in a bucket above zero.
[[nodiscard]] std::optional<double> log_mean(const Histogram& histogram);

}  // namespace debug_process::compare
