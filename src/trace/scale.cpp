// SPDX-License-Identifier: Apache-2.0
#include "trace/scale.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace debug_process::trace {
namespace {

using std::chrono::nanoseconds;

void multiply(std::uint64_t& count, double factor) {
  count = static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * factor));
}

void multiply(nanoseconds& time, double factor) {
  time = nanoseconds(std::llround(static_cast<double>(time.count()) * factor));
}

void multiply(Histogram& latency, double factor) {
  const std::uint64_t unbucketed = latency.count - std::min(latency.count, latency.bucketed());
  multiply(latency.zero_count, factor);
  for (std::uint64_t& count : latency.counts) multiply(count, factor);
  std::uint64_t outside = unbucketed;
  multiply(outside, factor);
  latency.count = latency.bucketed() + outside;
  multiply(latency.sum, factor);
}

// Each by how much of it was seen, so that all together come to what `factor` makes of the whole.
void multiply_intervals(Activity& activity, double factor) {
  double seen = 0;
  double estimated = 0;
  for (const SyscallStats& stats : activity.syscalls) {
    for (std::size_t i = 0; i < stats.intervals.size(); ++i) {
      const auto calls = static_cast<double>(stats.intervals[i].calls);
      if (activity.intervals[i].coverage <= 0) continue;
      seen += calls;
      estimated += calls / activity.intervals[i].coverage;
    }
  }
  if (estimated <= 0) return;
  for (SyscallStats& stats : activity.syscalls) {
    for (std::size_t i = 0; i < stats.intervals.size(); ++i) {
      if (activity.intervals[i].coverage <= 0) continue;
      const double part = factor * seen / estimated / activity.intervals[i].coverage;
      multiply(stats.intervals[i].calls, part);
      multiply(stats.intervals[i].errors, part);
      multiply(stats.intervals[i].latency, part);
    }
  }
}

void multiply(IoStats& io, double factor) {
  multiply(io.calls, factor);
  multiply(io.errors, factor);
  multiply(io.untimed, factor);
  multiply(io.read_bytes, factor);
  multiply(io.written_bytes, factor);
  multiply(io.transfers, factor);
  multiply(io.small_transfers, factor);
  multiply(io.total, factor);
}

// Which numbers were used again shows only in part: their count is left as it was seen.
void multiply_io(Activity& activity, double factor) {
  if (activity.descriptors) {
    for (DescriptorIo& descriptor : *activity.descriptors) {
      multiply(descriptor.io, factor);
      multiply(descriptor.latency, factor);
    }
  }
  for (ClosedIo& closed : activity.closed) {
    multiply(closed.io, factor);
    multiply(closed.files, factor);
  }
}

void multiply_objects(Activity& activity, double factor) {
  if (activity.futexes) {
    for (FutexStats& futex : *activity.futexes) {
      multiply(futex.waits, factor);
      multiply(futex.wakes, factor);
      multiply(futex.waited, factor);
    }
  }
  if (activity.lookups)
    for (PathLookups& lookup : *activity.lookups) multiply(lookup.calls, factor);
}

}  // namespace

void scale(Activity& activity, double factor) {
  activity.counts = Counts::scaled;
  multiply_intervals(activity, factor);
  for (SyscallStats& stats : activity.syscalls) {
    multiply(stats.latency, factor);
    multiply(stats.untimed, factor);
    multiply(stats.errors, factor);
    multiply(stats.restarts, factor);
    if (stats.zeros) multiply(*stats.zeros, factor);
    stats.calls = stats.latency.count + stats.untimed;
  }
  for (ErrorStats& stats : activity.errors) {
    multiply(stats.calls, factor);
    for (ErrorObject& object : stats.objects) multiply(object.calls, factor);
  }
  multiply_io(activity, factor);
  multiply_objects(activity, factor);
  for (ThreadStats& stats : activity.threads) multiply(stats.calls, factor);
  for (Transition& transition : activity.transitions) multiply(transition.count, factor);
  for (ProcessStats& stats : activity.processes) {
    multiply(stats.calls, factor);
    multiply(stats.errors, factor);
    multiply(stats.in_calls, factor);
  }
  multiply(activity.exited_threads_calls, factor);
}

}  // namespace debug_process::trace
