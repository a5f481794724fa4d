// SPDX-License-Identifier: Apache-2.0
#include "trace/scale.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "trace/io_kinds.h"
#include "trace/read_write_calls.h"

namespace debug_process::trace {
namespace {

using std::chrono::nanoseconds;

void multiply(std::uint64_t& count, double factor) {
  count = static_cast<std::uint64_t>(std::llround(static_cast<double>(count) * factor));
}

void multiply(nanoseconds& time, double factor) {
  time = nanoseconds(std::llround(static_cast<double>(time.count()) * factor));
}

// Of the parts of a whole, so that rounded they add up to what the whole comes to.
class Parts {
 public:
  explicit Parts(double factor) : factor_(factor) {}
  void multiply(std::uint64_t& part) {
    seen_ += part;
    std::uint64_t so_far = seen_;
    trace::multiply(so_far, factor_);
    part = so_far - std::exchange(made_, so_far);
  }

 private:
  double factor_;
  std::uint64_t seen_ = 0;
  std::uint64_t made_ = 0;
};

void multiply(Histogram& latency, double factor, Parts& calls) {
  std::uint64_t outside = latency.count - std::min(latency.count, latency.bucketed());
  calls.multiply(latency.zero_count);
  for (std::uint64_t& count : latency.counts) calls.multiply(count);
  calls.multiply(outside);
  latency.count = latency.bucketed() + outside;
  multiply(latency.sum, factor);
}

void multiply(Histogram& latency, double factor) {
  Parts calls(factor);
  multiply(latency, factor, calls);
}

bool is_accounted(const SyscallKey& key) {
  return reads_writes_in(key) > 0;
}

// What it comes to for the calls of an activity.
class Multipliers {
 public:
  Multipliers(const Activity& activity, const Factors& factors)
      : all_(factors.all), accounted_(factors.all), others_(factors.all) {
    double accounted = 0;
    double others = 0;
    for (const SyscallStats& stats : activity.syscalls)
      (is_accounted(stats.key) ? accounted : others) += static_cast<double>(stats.calls);
    if (!factors.reads_writes || accounted <= 0 || others <= 0) return;
    const double left = all_ * (accounted + others) - *factors.reads_writes * accounted;
    if (*factors.reads_writes < 1 || left < others) return;
    accounted_ = *factors.reads_writes;
    others_ = left / others;
  }

  [[nodiscard]] double all() const { return all_; }
  [[nodiscard]] double accounted() const { return accounted_; }
  [[nodiscard]] double others() const { return others_; }
  [[nodiscard]] double of(const SyscallKey& key) const {
    return is_accounted(key) ? accounted_ : others_;
  }

 private:
  double all_;
  double accounted_;
  double others_;
};

// Each by how much of it was seen, so that all of one kind together come to what the factor makes
// of the whole.
void multiply_intervals(Activity& activity, bool accounted, double factor) {
  double seen = 0;
  double estimated = 0;
  for (const SyscallStats& stats : activity.syscalls) {
    if (is_accounted(stats.key) != accounted) continue;
    for (std::size_t i = 0; i < stats.intervals.size(); ++i) {
      const auto calls = static_cast<double>(stats.intervals[i].calls);
      if (activity.intervals[i].coverage <= 0) continue;
      seen += calls;
      estimated += calls / activity.intervals[i].coverage;
    }
  }
  if (estimated <= 0) return;
  for (SyscallStats& stats : activity.syscalls) {
    if (is_accounted(stats.key) != accounted) continue;
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

bool moves_bytes(IoKind kind) {
  return kind >= IoKind::read && kind <= IoKind::tee;
}

// Whether all calls that move bytes are of one kind: then what is known of a file tells which of
// them it is for.
bool only_accounted_move(const Activity& activity) {
  return std::none_of(activity.syscalls.begin(), activity.syscalls.end(), [](const auto& stats) {
    const auto kind = io_kinds().find(stats.key);
    return stats.calls > 0 && kind != io_kinds().end() && moves_bytes(kind->second) &&
           !is_accounted(stats.key);
  });
}

// Which numbers were used again shows only in part: their count is left as it was seen.
void multiply_io(Activity& activity, const Multipliers& by) {
  const bool known = only_accounted_move(activity);
  const auto factor_for = [&](const IoStats& io) {
    if (known && io.transfers > 0) return by.accounted();
    // What fails may be a read in vain, or a wait.
    return known && io.errors == 0 ? by.others() : by.all();
  };
  if (activity.descriptors) {
    for (DescriptorIo& descriptor : *activity.descriptors) {
      const double factor = factor_for(descriptor.io);
      multiply(descriptor.io, factor);
      multiply(descriptor.latency, factor);
    }
  }
  for (ClosedIo& closed : activity.closed) {
    const double factor = factor_for(closed.io);
    multiply(closed.io, factor);
    multiply(closed.files, by.others());
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

void scale(Activity& activity, const Factors& factors) {
  activity.counts = Counts::scaled;
  const Multipliers by(activity, factors);
  multiply_intervals(activity, true, by.accounted());
  multiply_intervals(activity, false, by.others());
  multiply_io(activity, by);
  for (SyscallStats& stats : activity.syscalls) {
    const double factor = by.of(stats.key);
    Parts calls(factor);
    multiply(stats.latency, factor, calls);
    calls.multiply(stats.untimed);
    multiply(stats.errors, factor);
    multiply(stats.restarts, factor);
    if (stats.zeros) multiply(*stats.zeros, factor);
    stats.calls = stats.latency.count + stats.untimed;
  }
  for (ErrorStats& stats : activity.errors) {
    const double factor = by.of(stats.key);
    multiply(stats.calls, factor);
    for (ErrorObject& object : stats.objects) multiply(object.calls, factor);
  }
  multiply_objects(activity, by.others());
  for (ThreadStats& stats : activity.threads) multiply(stats.calls, by.all());
  for (Transition& transition : activity.transitions) multiply(transition.count, by.all());
  for (ProcessStats& stats : activity.processes) {
    multiply(stats.calls, by.all());
    multiply(stats.errors, by.all());
    multiply(stats.in_calls, by.all());
  }
  multiply(activity.exited_threads_calls, by.all());
}

}  // namespace debug_process::trace
