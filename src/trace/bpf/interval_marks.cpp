// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/interval_marks.h"

#include <algorithm>

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

const SyscallStats& counted_at(const IntervalMarks::Counted& counted, const SyscallKey& key) {
  static const SyscallStats nothing;
  const auto found = counted.find(key);
  return found == counted.end() ? nothing : found->second;
}

// One field may have been read a call ahead of another.
std::uint64_t since(std::uint64_t later, std::uint64_t earlier) {
  return later - std::min(later, earlier);
}

IntervalStats between(const SyscallStats& earlier, const SyscallStats& later) {
  return {since(later.calls, earlier.calls), since(later.errors, earlier.errors),
          later.latency.since(earlier.latency)};
}

}  // namespace

void IntervalMarks::begin(nanoseconds now) {
  marks_ = {{now, nanoseconds(0), {}}};
}

void IntervalMarks::mark(nanoseconds now, nanoseconds watched, Counted counted) {
  marks_.push_back({now, watched, std::move(counted)});
}

void IntervalMarks::end(nanoseconds now, nanoseconds watched, Activity& activity) const {
  if (marks_.empty()) return;
  std::size_t kept = marks_.size();
  if (kept > 1 && now - marks_[kept - 1].at < (marks_[kept - 1].at - marks_[kept - 2].at) / 2)
    --kept;
  for (std::size_t i = 0; i < kept; ++i) {
    const bool last = i + 1 == kept;
    const nanoseconds length = (last ? now : marks_[i + 1].at) - marks_[i].at;
    const nanoseconds seen = (last ? watched : marks_[i + 1].watched) - marks_[i].watched;
    const double share = length.count() > 0 ? std::chrono::duration<double>(seen) /
                                                  std::chrono::duration<double>(length)
                                            : 0;
    activity.intervals.push_back({length, std::clamp(share, 0.0, 1.0)});
    for (SyscallStats& stats : activity.syscalls) {
      const SyscallStats& earlier = counted_at(marks_[i].counted, stats.key);
      const SyscallStats& later = last ? stats : counted_at(marks_[i + 1].counted, stats.key);
      stats.intervals.push_back(between(earlier, later));
    }
  }
}

}  // namespace debug_process::trace::bpf
