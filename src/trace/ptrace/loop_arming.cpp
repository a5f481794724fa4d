// SPDX-License-Identifier: Apache-2.0
// Stopping the threads for the first time, each when its program will not notice.
//
// A thread that is blocked in a call that would break (parked.h) is left alone, and looked at again
// until it has left it. One that has or wants a CPU may be in such a call too: woken, and still on
// its way out. So it is stopped only where it was put aside while it ran, by us: we go to its CPU,
// where it cannot run while we do, and compare how often it went to sleep, and how often it was
// made to wait, with what that was at an earlier look. It has been made to wait, and has not slept:
// then it is in its program, or about to return to it; or it gave way in the middle of a call, as
// where it has just woken another one, which its kernel stack tells where we may read that. What is
// left: where we are not allowed on its CPU, or another CPU fetches it from there, it may enter
// such a call between look and interruption; and one that is blocked in a call that restarts may
// wake and enter one that does not between our last look and the interruption: a microsecond, or as
// long as we are kept from running just there. Where that ends a call with EINTR, it is made again
// when the thread has stopped, on x86; a write that was cut short stays so. A FUSE file system may
// answer an interruption with EINTR in any call: that is not looked up.
#include <algorithm>
#include <utility>

#include "trace/ptrace/loop.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Until the next look at threads that were left alone: soon at those that do come out of their
// calls, for they may be caught outside.
constexpr nanoseconds kLookStep = 1ms;
constexpr nanoseconds kSoon = 250us;
constexpr nanoseconds kRecently = 100ms;
constexpr nanoseconds kLooksTake = 100us;  // at most, at once
constexpr int kLooksShare = 10;            // of the time, at most: a tenth
constexpr nanoseconds kNothingToDo = 1s;

}  // namespace

void Loop::begin_watch(Tracee& thread, nanoseconds now) {
  if (thread.watched_since) return;
  if (thread.parked) thread.watched += thread.parked->proven - thread.parked->since;
  thread.parked.reset();
  thread.watched_since = now;
  // A new thread has used none yet.
  if (!thread.cpu_began) thread.cpu_began = cpu_time(thread);
  ++watched_;
}

void Loop::end_watch(Tracee& thread, nanoseconds now) {
  if (thread.parked) thread.watched += thread.parked->proven - thread.parked->since;
  thread.parked.reset();
  if (!thread.watched_since) {
    thread.cpu_began.reset();
    return;
  }
  thread.watched += now - *thread.watched_since;
  thread.watched_since.reset();
  const auto began = std::exchange(thread.cpu_began, std::nullopt);
  const auto ended = cpu_time(thread);
  if (began && ended) thread.cpu_watched += *ended - *began;
  --watched_;
  Counters::lose_sight(thread.calls);
}

std::optional<nanoseconds> Loop::cpu_time(const Tracee& thread) const {
  return looker_.cpu_time(thread.process->stats.pid.value_or(0), thread.tid);
}

void Loop::arm() {
  armed_ = true;
  queue_unwatched();
  look_round(nanoseconds::max());
}

void Loop::begin_burst(nanoseconds now, nanoseconds spent) {
  if (!bursts_.resume(now, spent)) return;
  grip_.burst_begins();
  queue_unwatched();
}

nanoseconds Loop::tick(nanoseconds now) {
  if (!armed_) return now + kNothingToDo;
  begin_burst(now, spent_);
  if (!bursts_.on()) return *bursts_.resume_at();
  look_round(kLooksTake);
  return now + until_next_look(monotonic_now() - now);
}

bool Loop::some_moved() const {
  return monotonic_now() - moved_at_ < kRecently;
}

// Not in step with what the target does at even distances.
nanoseconds Loop::until_next_look(nanoseconds last_took) {
  if (unwatched_.empty()) return kNothingToDo;
  const nanoseconds step = std::max(some_moved() ? kSoon : kLookStep, last_took * kLooksShare);
  return step / 2 + nanoseconds(random_() % static_cast<std::uint64_t>(step.count()));
}

void Loop::queue_unwatched() {
  unwatched_.clear();
  for (const auto& [tid, thread] : tracees_)
    if (!thread.watched_since && !thread.stopping) unwatched_.push_back(tid);
}

void Loop::look_round(nanoseconds limit) {
  if (unwatched_.empty()) return;
  cpu_->compete();
  some_run_ = false;
  const nanoseconds began = monotonic_now();
  for (std::size_t left = unwatched_.size(); left > 0 && monotonic_now() - began < limit; --left) {
    const pid_t tid = unwatched_.front();
    unwatched_.pop_front();
    Tracee* const thread = find(tid);
    if (thread == nullptr || thread->watched_since || thread->stopping) continue;
    if (!try_to_stop(*thread)) unwatched_.push_back(tid);
  }
  // Giving way to a thread that runs only for moments, we would never see it run.
  if (unwatched_.empty() || !some_moved()) cpu_->give_way();
}

// False: it is to be looked at again.
bool Loop::try_to_stop(Tracee& thread) {
  const pid_t pid = thread.process->stats.pid.value_or(0);
  const nanoseconds began = monotonic_now();
  Sight sight = looker_.look(pid, thread.tid);
  bool in_program = false;
  if (sight.running) {
    in_program = is_in_program(thread);
    sight = looker_.look(pid, thread.tid);
  }
  if (sight.gone) return true;
  if (sight.running && !in_program) {
    moved_at_ = monotonic_now();
    lose(thread, moved_at_ - began);  // we had its CPU
    some_run_ = true;
    return false;
  }
  if (!sight.running && !is_ours(thread)) {
    if (!sight.may_be_stopped) {
      park(thread, sight, began);
      return false;
    }
    if (!Looker::is_still_there(sight)) {
      moved_at_ = monotonic_now();
      some_run_ = true;
      return false;
    }
  }
  if (interrupt(thread.tid) != 0) return true;
  thread.stopping = true;
  ++stopping_;
  thread.calls.interrupted = sight.call;
  if (sight.running)
    thread.interrupted_at = began;
  else
    begin_watch(thread, began);  // it stops before it can make another call
  return true;
}

// A command before its execve is our own code, and waits in a read() that the kernel makes again.
bool Loop::is_ours(const Tracee& thread) const {
  return options_.from_next_exec && !counting_ && thread.process->stats.pid == options_.pid;
}

bool Loop::is_in_program(Tracee& thread) {
  const pid_t pid = thread.process->stats.pid.value_or(0);
  if (!thread.switches) thread.switches = looker_.switches(pid, thread.tid);
  const bool here = cpu_->go_to(looker_, pid, thread.tid);
  const auto before = thread.switches;
  thread.switches = looker_.switches(pid, thread.tid);
  if (!before || !thread.switches) return false;
  if (thread.switches->voluntary != before->voluntary) return false;
  if (!here) return true;  // it may be running: there is no stack to be read then
  return thread.switches->involuntary > before->involuntary &&
         !looker_.is_within_call(pid, thread.tid);
}

void Loop::park(Tracee& thread, const Sight& sight, nanoseconds now) {
  const pid_t pid = thread.process->stats.pid.value_or(0);
  std::string trail = looker_.trail(pid, thread.tid);
  if (thread.parked && !trail.empty() && trail == thread.parked->trail &&
      thread.parked->call == sight.call) {
    thread.parked->proven = now;
    return;
  }
  if (thread.parked) {
    moved_at_ = now;
    thread.watched += thread.parked->proven - thread.parked->since;
  }
  // To be there when it comes out; unless that makes the stops of others dear.
  if (watched_ == 0) (void)cpu_->go_to(looker_, pid, thread.tid);
  thread.switches = looker_.switches(pid, thread.tid);
  const nanoseconds after = monotonic_now();  // it may have run until the trail was read
  thread.parked = Parked{sight.call, std::move(trail), after, after};
}

}  // namespace debug_process::trace::ptrace
