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

void multiply(IoStats& io, double factor) {
  multiply(io.calls, factor);
  multiply(io.errors, factor);
  multiply(io.untimed, factor);
  multiply(io.read_bytes, factor);
  multiply(io.written_bytes, factor);
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

}  // namespace

void scale(Activity& activity, double factor) {
  activity.counts = Counts::scaled;
  for (SyscallStats& stats : activity.syscalls) {
    multiply(stats.latency, factor);
    multiply(stats.untimed, factor);
    multiply(stats.errors, factor);
    multiply(stats.restarts, factor);
    stats.calls = stats.latency.count + stats.untimed;
  }
  for (ErrorStats& stats : activity.errors) {
    multiply(stats.calls, factor);
    for (ErrorObject& object : stats.objects) multiply(object.calls, factor);
  }
  multiply_io(activity, factor);
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
