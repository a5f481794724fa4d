// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/loop.h"

#include <algorithm>
#include <utility>

#include "trace/ptrace/memory.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// An interruption of a thread that runs costs it no more than that, whatever else it waits for.
constexpr nanoseconds kMostLostToInterruption = std::chrono::milliseconds(1);
// One that has had so many turns without the others: they may wait, and not be seen.
constexpr int kMostInARow = 4;

}  // namespace

Loop::Loop(const WatchOptions& options, Price price_per_call)
    : options_(options),
      price_per_call_(price_per_call),
      counters_(options.trace_set, options.failed_only),
      bursts_(options.max_overhead) {}

bool Loop::step(nanoseconds& now) {
  Event event;
  const Waited waited = wait_for_event(event);
  now = monotonic_now();
  if (waited == Waited::event) {
    in_round_ = wants_round(event.tid);
    handle(event, now);
    if (in_round_) serve_others();
  }
  return waited != Waited::nobody && !over_;
}

// waitid(2) tells of the first thread in its list that has an event: one that comes back fast is
// told of again and again, and those behind it never. So when there are several, each is served
// once before any is again.
bool Loop::wants_round(pid_t tid) {
  in_a_row_ = tid == last_served_ ? in_a_row_ + 1 : 0;
  const bool others = last_served_ != 0 && tid != last_served_;
  last_served_ = tid;
  if (tracees_.size() < 2) return false;
  return others || in_a_row_ >= kMostInARow;
}

void Loop::serve_others() {
  Event event;
  // Signals and new threads do not wait for the end of the round, and may come without an end.
  std::size_t left = 2 * tracees_.size();
  while (!over_ && left-- > 0 && next_event(event) == Waited::event) {
    if (event.tid != last_served_) in_a_row_ = 0;
    last_served_ = event.tid;
    handle(event, monotonic_now());
  }
  in_round_ = false;
  if (in_a_row_ >= kMostInARow) in_a_row_ = 0;
  let_held_go();
}

// Taken, its event is not told of again. A stop at a call may be: no signal would be lost with it.
void Loop::hold(Tracee& thread) {
  take_event(thread.tid);
  thread.held = true;
  held_.push_back(thread.tid);
}

void Loop::let_held_go() {
  const nanoseconds now = monotonic_now();
  for (const pid_t tid : held_) {
    Tracee* const thread = find(tid);
    if (thread == nullptr || !thread->held) continue;  // it has ended meanwhile
    thread->held = false;
    if (!over_) resume(*thread, 0, now);
  }
  held_.clear();
}

void Loop::drain() {
  Event event;
  while (!over_ && next_event(event) == Waited::event) handle(event, monotonic_now());
}

void Loop::take_ends() {
  Event event;
  while (!over_ && next_end(event) == Waited::event) handle(event, monotonic_now());
}

void Loop::handle(const Event& event, nanoseconds now) {
  if (!event.stopped) {
    ended(event, now);
    return;
  }
  if (event.ptrace_event == PTRACE_EVENT_EXEC) executed(event.tid, now);
  Tracee* thread = find(event.tid);
  if (thread == nullptr) thread = adopt(event.tid, now);
  if (thread == nullptr) return;
  const bool wanted = thread->stopping;
  has_stopped(*thread, now);
  if (!is_syscall_stop(event)) charge_event(*thread, wanted, now);
  if (is_syscall_stop(event)) {
    at_call(*thread, now);
    if (in_round_)
      hold(*thread);
    else
      resume(*thread, 0, now);
  } else if (is_group_stop(event)) {
    stay_stopped(*thread, now);
  } else {
    if (const auto call = mend(*thread, event)) counters_.make_again(thread->calls, *call);
    resume(*thread, signal_to_pass_on(event), now);
  }
}

void Loop::at_call(Tracee& thread, nanoseconds now) {
  const auto info = syscall_info(thread.tid);
  if (!info) return;
  if (info->op == PTRACE_SYSCALL_INFO_ENTRY) enters(thread, *info, now);
  if (info->op == PTRACE_SYSCALL_INFO_EXIT) leaves(thread, *info, now);
}

void Loop::enters(Tracee& thread, const SyscallInfo& info, nanoseconds now) {
  const SyscallKey key = key_of(info.arch, info.entry.nr);
  if (!counting_ && options_.from_next_exec && traits_of(key).is_exec) open(now);
  Args args{};
  std::copy(std::begin(info.entry.args), std::end(info.entry.args), args.begin());
  if (thread.process->stats.pid == options_.pid && traits_of(key).ends_process) ending_ = true;
  if (!counting_)
    counters_.enter_unseen(thread.calls, key, args);
  else
    counters_.enter(thread.calls, key, args, now);
}

void Loop::leaves(Tracee& thread, const SyscallInfo& info, nanoseconds now) {
  if (!counting_) {
    Counters::lose_sight(thread.calls);
    return;
  }
  if (!thread.calls.in_call) {
    // A new thread's first return is that of its maker's call.
    if (thread.calls.stops == 0 && info.exit.rval == 0) return;
    const auto call = looker_.call(thread.process->stats.pid.value_or(0), thread.tid);
    if (!call) return;
    counters_.enter_unseen(thread.calls, call->key, call->args);
  }
  const ThreadCalls::Call call = *thread.calls.in_call;
  ErrorStats* const error = counters_.leave(thread.calls, info.exit.rval, now);
  if (error != nullptr) take_example(thread.tid, call.row->traits.example, call.args, *error);
  ++calls_;
  charge_call(thread, call, now);
}

void Loop::has_stopped(Tracee& thread, nanoseconds now) {
  if (!thread.stopping) return;
  thread.stopping = false;
  --stopping_;
  if (thread.interrupted_at)
    lose(thread, std::min(now - *thread.interrupted_at, kMostLostToInterruption));
  // It ran when we looked. If it was on its way into a call, or out of it, the kernel knows.
  if (thread.interrupted_at && !thread.calls.interrupted)
    if (const auto call = looker_.call(thread.process->stats.pid.value_or(0), thread.tid))
      thread.calls.interrupted = call->key;
  thread.interrupted_at.reset();
}

void Loop::resume(Tracee& thread, int signal_number, nanoseconds now) {
  no_longer_listens(thread, now);
  if (armed_ && bursts_.on()) {
    begin_watch(thread, now);
    (void)go_to_call(thread.tid, signal_number);
    cpu_->follow(looker_, thread.process->stats.pid.value_or(0), thread.tid, now);
  } else {
    end_watch(thread, now);
    (void)go_on(thread.tid, signal_number);
  }
}

void Loop::no_longer_listens(Tracee& thread, nanoseconds now) {
  if (const auto since = std::exchange(thread.listening_since, std::nullopt))
    thread.asleep += now - *since;
}

// While it is stopped it makes no calls: none can be missed.
void Loop::stay_stopped(Tracee& thread, nanoseconds now) {
  no_longer_listens(thread, now);
  thread.listening_since = now;
  begin_watch(thread, now);
  (void)listen(thread.tid);
}

void Loop::open(nanoseconds now) {
  counting_ = true;
  bursts_.open(now);
  end_.opened = now;
  grip_.burst_begins();
  spent_ = born_lost_ = nanoseconds(0);
  born_price_ = 0;
  for (auto& [tid, thread] : tracees_) {
    thread.joined = now;
    thread.watched = nanoseconds(0);
    if (thread.watched_since) {
      thread.watched_since = now;
      thread.cpu_began = cpu_time(thread);
    }
    thread.cpu_watched = nanoseconds(0);
    thread.asleep = nanoseconds(0);
    if (thread.listening_since) thread.listening_since = now;
    thread.calls.reads_writes = 0;
    thread.events = 0;
    if (thread.parked) thread.parked->since = thread.parked->proven = now;
    thread.calls.stops = 0;
    thread.lost = thread.lost_to_events = nanoseconds(0);
    if (thread.calls.in_call) thread.calls.in_call->entered.reset();
  }
}

void Loop::close(nanoseconds now) {
  if (counting_) note_events(now - end_.opened);
  for (auto& [tid, thread] : tracees_) {
    if (!thread.watched_since || !thread.cpu_began || thread.calls.stops == 0) continue;
    if (const auto cpu = cpu_time(thread)) thread.cpu_watched += *cpu - *thread.cpu_began;
  }
  end_.at = now;
  end_.let_go = let_go_ever_;
  end_.paused = bursts_.paused_ever();
  let_run(threads_before_calls());
}

Tracee* Loop::find(pid_t tid) {
  const auto found = tracees_.find(tid);
  return found == tracees_.end() ? nullptr : &found->second;
}

}  // namespace debug_process::trace::ptrace
