// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/tally.h"

#include <algorithm>
#include <tuple>

namespace debug_process::trace::sampling {

void Tally::add(pid_t pid, pid_t tid, const Look& look) {
  ++looks_;
  Thread& thread = threads_[tid];
  thread.pid = pid;
  thread.name = look.thread;
  Place place = look.place;
  if (place.call && !wanted_.contains(*place.call)) {
    place.call.reset();
    place.wait_channel.reset();
  }
  ++thread.places[place];
}

std::vector<Sampled> Tally::sampled() const {
  std::vector<Sampled> rows;
  for (const auto& [tid, thread] : threads_) {
    for (const auto& [place, samples] : thread.places)
      rows.push_back({tid, thread.pid, thread.name, place.state, place.call, place.call_known,
                      place.wait_channel, samples});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Sampled& a, const Sampled& b) { return a.samples > b.samples; });
  return rows;
}

std::vector<InFlight> Tally::in_flight(const std::vector<Last>& last, Clock::time_point now) const {
  std::vector<InFlight> calls;
  for (const Last& thread : last) {
    const auto& call = thread.look.place.call;
    if (!call || !wanted_.contains(*call)) continue;
    const auto elapsed = thread.look.since ? now - *thread.look.since : Clock::duration(0);
    calls.push_back({thread.tid, *call, elapsed});
  }
  return calls;
}

}  // namespace debug_process::trace::sampling
