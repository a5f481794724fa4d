// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/loop.h"

#include <signal.h>
#include <time.h>

#include <algorithm>

#include "trace/ptrace/memory.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// An interruption of a thread that runs costs it no more than that, whatever else it waits for.
constexpr nanoseconds kLongestArming = std::chrono::milliseconds(1);
// What a stop costs across two CPUs, against one (measured: 5.6 and 18 us a call).
constexpr std::uint64_t kDearer = 3;
constexpr int kSyscallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

bool is_group_stop(const Event& event) {
  return event.ptrace_event == PTRACE_EVENT_STOP &&
         (event.signal == SIGSTOP || event.signal == SIGTSTP || event.signal == SIGTTIN ||
          event.signal == SIGTTOU);
}

}  // namespace

Loop::Loop(const WatchOptions& options, nanoseconds cost_per_call)
    : options_(options),
      cost_per_call_(cost_per_call),
      counters_(options.trace_set, options.failed_only),
      bursts_(options.max_overhead) {}

bool Loop::step(nanoseconds& now) {
  Event event;
  const Waited waited = wait_for_event(event);
  now = monotonic_now();
  if (waited == Waited::event) handle(event, now);
  return waited != Waited::nobody && !over_;
}

void Loop::drain() {
  Event event;
  while (!over_ && next_event(event) == Waited::event) handle(event, monotonic_now());
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
  has_stopped(*thread, now);
  if (event.signal == kSyscallStop) {
    at_call(*thread, now);
    resume(*thread, 0, now);
  } else if (is_group_stop(event)) {
    stay_stopped(*thread, now);
  } else {
    // Without an event it is a signal, which the thread gets only if it goes on with it.
    resume(*thread, event.ptrace_event == 0 ? event.signal : 0, now);
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
  const std::uint64_t price = cpu_.is_dear() ? kDearer : 1;
  thread.price += price;
  price_ += price;
  spent_ = std::max(spent_, lost(thread, now));
  bursts_.charge(now, spent_);
}

void Loop::has_stopped(Tracee& thread, nanoseconds now) {
  if (!thread.stopping) return;
  thread.stopping = false;
  --stopping_;
  if (thread.interrupted_at) thread.lost += std::min(now - *thread.interrupted_at, kLongestArming);
  // It ran when we looked. If it was on its way into a call, or out of it, the kernel knows.
  if (thread.interrupted_at && !thread.calls.interrupted)
    if (const auto call = looker_.call(thread.process->stats.pid.value_or(0), thread.tid))
      thread.calls.interrupted = call->key;
  thread.interrupted_at.reset();
}

void Loop::resume(Tracee& thread, int signal_number, nanoseconds now) {
  thread.listening = false;
  if (armed_ && bursts_.on()) {
    begin_watch(thread, now);
    (void)go_to_call(thread.tid, signal_number);
    cpu_.follow(looker_, thread.process->stats.pid.value_or(0), thread.tid, now);
  } else {
    end_watch(thread, now);
    (void)go_on(thread.tid, signal_number);
  }
}

// While it is stopped it makes no calls: none can be missed.
void Loop::stay_stopped(Tracee& thread, nanoseconds now) {
  thread.listening = true;
  begin_watch(thread, now);
  (void)listen(thread.tid);
}

void Loop::open(nanoseconds now) {
  counting_ = true;
  bursts_.open(now);
  end_.opened = now;
  spent_ = nanoseconds(0);
  for (auto& [tid, thread] : tracees_) {
    thread.joined = now;
    thread.watched = nanoseconds(0);
    if (thread.watched_since) thread.watched_since = now;
    if (thread.parked) thread.parked->since = thread.parked->proven = now;
    thread.calls.stops = 0;
    thread.lost = nanoseconds(0);
    if (thread.calls.in_call) thread.calls.in_call->entered.reset();
  }
}

void Loop::close(nanoseconds now) {
  end_.at = now;
  end_.paused = bursts_.paused_ever();
}

nanoseconds Loop::lost(const Tracee& thread, nanoseconds now) const {
  const nanoseconds watched = thread.watched_until(now);
  const nanoseconds by_calls =
      lost_to_stops(thread.price, price_ - std::min(price_, thread.price), cost_per_call_,
                    std::min(watched, bursts_.watched(now)));
  return thread.lost + by_calls;
}

Tracee* Loop::find(pid_t tid) {
  const auto found = tracees_.find(tid);
  return found == tracees_.end() ? nullptr : &found->second;
}

}  // namespace debug_process::trace::ptrace
