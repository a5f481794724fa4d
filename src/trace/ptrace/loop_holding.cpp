// Letting go of the target, for a pause or for good, and taking hold again.
//
// A thread that stands on its way into a call when its tracer goes is woken as by a signal:
// __ptrace_unlink(). It takes that into the call, which ends with EINTR where it would have waited,
// or is cut short. On its way out it takes it to its program, which does not notice. So those that
// may yet come to their way in are first set free to make their calls without a stop.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <thread>

#include "trace/ptrace/loop.h"
#include "util/clock.h"
#include "util/units.h"

namespace debug_process::trace::ptrace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

// A thread that has made no call for so long will hardly make one in the moment that it takes us to
// be gone.
constexpr nanoseconds kLongestCourse = 5ms;
constexpr nanoseconds kStep = 20us;

}  // namespace

// In a call they stop next on their way out.
std::unordered_set<pid_t> Loop::threads_before_calls() const {
  std::unordered_set<pid_t> threads;
  if (over_) return threads;
  for (const auto& [tid, thread] : tracees_)
    if (thread.stopping ||
        (thread.watched_since && !thread.calls.in_call && !thread.listening_since))
      threads.insert(tid);
  return threads;
}

// Nothing is counted any more, or yet: what stops goes on, and does not stop at calls again.
void Loop::let_run(std::unordered_set<pid_t> before_calls) {
  if (before_calls.empty()) return;
  if (cpu_) cpu_->compete();
  const nanoseconds end = monotonic_now() + kLongestCourse;
  do {
    Event event;
    const Waited waited = next_stop(event);
    if (waited == Waited::nobody) return;
    if (waited == Waited::interrupted) {
      std::this_thread::sleep_for(kStep);
      continue;
    }
    if (event.ptrace_event == PTRACE_EVENT_EXEC) take_event(event.tid);
    if (is_group_stop(event)) {
      (void)listen(event.tid);
    } else {
      if (const Tracee* const thread = find(event.tid)) (void)mend(*thread, event);
      (void)go_on(event.tid, signal_to_pass_on(event));
    }
    before_calls.erase(event.tid);
  } while (!before_calls.empty() && monotonic_now() < end);
  // Among very many, one event takes longer to find than we had.
  for (const pid_t tid : before_calls)
    if (const auto info = syscall_info(tid); info && info->op == PTRACE_SYSCALL_INFO_ENTRY)
      (void)go_on(tid, 0);
}

// With --follow no child may be missed, and before the window none of a command's threads.
bool Loop::wants_to_let_go() const {
  return counting_ && !over_ && !bursts_.on() && !options_.follow &&
         grip_.costs_more_than_letting_go(tracees_.size());
}

void Loop::let_go(nanoseconds now) {
  let_go_ever_ = true;
  auto before_calls = threads_before_calls();
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
  let_run(std::move(before_calls));
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
