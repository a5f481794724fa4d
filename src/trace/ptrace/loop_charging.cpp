// What watching has cost each thread so far.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "trace/ptrace/loop.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// What a stop costs across two CPUs, against one (measured: 5.6 and 18 us a call).
constexpr std::uint64_t kDearer = 3;
// A call that takes longer than so many times its stops sleeps, and that costs nothing.
constexpr int kLongCall = 4;
// So often the price is put right: looking takes some 10 us, in which the thread is stopped.
constexpr std::uint64_t kCallsBetweenLooks = 64;
// Of the calls of all. Where it is more, the thread waits for the tracer too, which is charged.
constexpr std::uint64_t kFewOthers = 10;

}  // namespace

void Loop::charge_call(Tracee& thread, const ThreadCalls::Call& call, nanoseconds now) {
  const nanoseconds began =
      call.entered.value_or(std::max(thread.joined, thread.watched_since.value_or(now)));
  if (now - began > kLongCall * cost_per_call()) thread.asleep += now - began;
  const std::uint64_t price = price_of_stops(thread);
  thread.price += price;
  if (thread.born_in_window) born_price_ += price;
  price_ += price;
  if (thread.calls.stops % kCallsBetweenLooks == 0) correct_price(thread, now);
  charge(thread, now, true);
}

// By a thread that has the tracer almost for itself.
void Loop::correct_price(const Tracee& thread, nanoseconds now) {
  if (price_ - thread.price > price_ / kFewOthers || !thread.cpu_began) return;
  const auto cpu = cpu_time(thread);
  if (!cpu) return;
  const nanoseconds on_cpu = thread.cpu_watched + (*cpu - *thread.cpu_began);
  const double calls = static_cast<double>(thread.price) + static_cast<double>(thread.events) / 2;
  price_factor_ = ptrace::price_factor(thread.watched_until(now) - thread.asleep - on_cpu, calls,
                                       price_per_call_);
}

// Within a call the burst goes on: what was begun would be lost.
void Loop::charge(Tracee& thread, nanoseconds now, bool may_pause) {
  spent_ = std::max(spent_, lost(thread, now));
  if (!may_pause || !bursts_.on()) return;
  bursts_.charge(now, spent_);
  if (!bursts_.on()) grip_.pause_begins(bursts_.last_burst(), *bursts_.resume_at() - now);
}

// A stop that is none of a call's comes in the pauses too: half of what a call's two stops cost.
void Loop::charge_event(Tracee& thread, bool wanted, nanoseconds now) {
  if (!counting_) return;
  if (!wanted) grip_.count_event();
  if (bursts_.on()) ++thread.events;
  const nanoseconds cost = cost_per_call() * price_of_stops(thread) / 2;
  lose(thread, cost);
  thread.lost_to_events += cost;
  most_lost_to_events_ = std::max(most_lost_to_events_, thread.lost_to_events);
  charge(thread, now, !thread.calls.in_call);
}

void Loop::note_events(nanoseconds window) {
  if (!options_.max_overhead || window.count() <= 0) return;
  const auto share =
      static_cast<double>(most_lost_to_events_.count()) / static_cast<double>(window.count());
  if (share > *options_.max_overhead)
    end_.notes.emplace_back(
        "signals or new threads, which stop the target in pauses too, cost it more than "
        "--max-overhead");
}

// New threads begin on other CPUs than ours.
std::uint64_t Loop::price_of_stops(const Tracee& thread) const {
  return thread.born_in_window || cpu_->is_dear() ? kDearer : 1;
}

void Loop::lose(Tracee& thread, nanoseconds time) {
  thread.lost += time;
  if (thread.born_in_window) born_lost_ += time;
}

nanoseconds Loop::lost(const Tracee& thread, nanoseconds now) const {
  const nanoseconds in_bursts = bursts_.watched(now);
  const nanoseconds watched =
      born_price_ > 0 ? in_bursts : std::min(thread.watched_until(now), in_bursts);
  const std::uint64_t price = born_price_ + (thread.born_in_window ? 0 : thread.price);
  const nanoseconds by_calls =
      lost_to_stops(price, price_ - std::min(price_, price), cost_per_call(), watched);
  return born_lost_ + (thread.born_in_window ? nanoseconds(0) : thread.lost) + by_calls;
}

}  // namespace debug_process::trace::ptrace
