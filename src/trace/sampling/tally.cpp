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

void Tally::merge_ended(const std::vector<pid_t>& living) {
  // A thread may choose its name: of those with very many, the rest goes without.
  constexpr std::size_t kMostNames = 256;
  std::erase_if(threads_, [&](const auto& entry) {
    const auto& [tid, thread] = entry;
    if (std::binary_search(living.begin(), living.end(), tid)) return false;
    const bool has_room = ended_.size() < kMostNames || ended_.contains(thread.name);
    Places& places = ended_[has_room ? thread.name : std::string()];
    for (const auto& [place, samples] : thread.places) places[place] += samples;
    return true;
  });
}

std::vector<Sampled> Tally::sampled() const {
  std::vector<Sampled> rows;
  for (const auto& [name, places] : ended_) {
    for (const auto& [place, samples] : places)
      rows.push_back(
          {0, 0, name, place.state, place.call, place.call_known, place.wait_channel, samples});
  }
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
