// Letting go of the target for a pause, and taking hold again.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "trace/ptrace/loop.h"
#include "util/units.h"

namespace debug_process::trace::ptrace {

using std::chrono::nanoseconds;

// With --follow no child may be missed, and before the window none of a command's threads.
bool Loop::wants_to_let_go() const {
  return counting_ && !over_ && !bursts_.on() && !options_.follow &&
         grip_.costs_more_than_letting_go(tracees_.size());
}

void Loop::let_go(nanoseconds now) {
  let_go_ever_ = true;
  for (auto& [tid, thread] : tracees_) {
    end_watch(thread, now);
    no_longer_listens(thread, now);
    thread.seized = thread.stopping = thread.held = false;
    thread.interrupted_at.reset();
    thread.calls.interrupted.reset();
  }
  stopping_ = 0;
  held_.clear();
  unwatched_.clear();
  in_round_ = false;
  last_served_ = 0;
  in_a_row_ = 0;
}

// What that costs must not put off the burst that it is for, again and again.
int Loop::take_hold_again() {
  cpu_.emplace();
  const nanoseconds spent_before = spent_;
  const auto process = living_.find(options_.pid);
  if (process == living_.end()) return ESRCH;
  const int refused = seize_process(*process->second);
  const nanoseconds now = monotonic_now();
  for (auto entry = tracees_.begin(); entry != tracees_.end();) {
    if (entry->second.seized) {
      ++entry;
      continue;
    }
    bury(entry->second, now);
    entry = tracees_.erase(entry);
  }
  if (refused != 0) return refused;
  if (tracees_.empty()) return ESRCH;
  begin_burst(monotonic_now(), spent_before);
  return 0;
}

}  // namespace debug_process::trace::ptrace
