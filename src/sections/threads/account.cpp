// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <unordered_map>

namespace debug_process::sections::threads {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// The scheduler adds to a running thread's account at its ticks, of which there are 100 to 1000 a
// second: at both ends of the window one of them may be missing.
constexpr nanoseconds kTwoTicks = 20ms;

template <typename T>
std::optional<T> growth(const std::optional<T>& end, const std::optional<T>& start, bool is_new) {
  if (!end || (!start && !is_new)) return std::nullopt;
  const T before = is_new ? T{} : *start;
  return *end >= before ? *end - before : T{};
}

template <typename T>
T growth(const T& end, const T& start) {
  return end >= start ? end - start : T{};
}

std::string policy_name(unsigned policy) {
  constexpr std::array kNames = {"other", "fifo", "rr", "batch", "iso", "idle", "deadline", "ext"};
  return policy < kNames.size() ? kNames[policy] : fmt::format("policy {}", policy);
}

// How long it has been there: since the first sample, or since it began.
std::optional<nanoseconds> observed(const Sample& end, const Sample* before, const Snapshot& last,
                                    nanoseconds window) {
  using Clock = std::chrono::steady_clock;
  if (before != nullptr)
    return before->at != Clock::time_point() && end.at > before->at ? end.at - before->at : window;
  if (!last.after_boot) return std::nullopt;
  const nanoseconds age = *last.after_boot + (end.at - last.at) - end.start_time;
  if (age < nanoseconds(0)) return std::nullopt;
  return std::min(age, window);
}

// Never slept: then what is left of its time was no sleep, but has not been accounted for yet.
bool never_slept(const Thread& thread, nanoseconds left) {
  if (thread.state != 'R') return false;
  return thread.voluntary_switches ? *thread.voluntary_switches == 0 : left <= kTwoTicks;
}

void split(Thread& thread) {
  if (!thread.observed || !thread.on_cpu || !thread.run_delay) return;
  // A thread's start is known in steps of 10 ms: it may have done more than fits.
  const nanoseconds known = *thread.on_cpu + *thread.run_delay;
  thread.observed = std::max(*thread.observed, known);
  const nanoseconds left = *thread.observed - known;
  const bool awake = never_slept(thread, left);
  thread.blocked = awake ? nanoseconds(0) : left;
  thread.unaccounted = awake ? left : nanoseconds(0);
}

Thread difference(const Sample& end, const Sample* start, const Snapshot& last,
                  nanoseconds window) {
  const Sample none;
  const bool is_new = start == nullptr;
  const Sample& before = is_new ? none : *start;
  Thread thread;
  thread.tid = end.tid;
  thread.name = end.name;
  thread.state = end.state;
  thread.started_in_window = is_new;
  thread.nice = end.nice;
  thread.policy = policy_name(end.policy);
  thread.realtime_priority = end.realtime_priority;
  thread.cpus_allowed = end.cpus_allowed;
  thread.user = growth(end.user, before.user);
  thread.system = growth(end.system, before.system);
  thread.on_cpu = growth(end.on_cpu, before.on_cpu, is_new);
  thread.run_delay = growth(end.run_delay, before.run_delay, is_new);
  thread.timeslices = growth(end.timeslices, before.timeslices, is_new);
  thread.block_io_delay = growth(end.block_io_delay, before.block_io_delay, is_new);
  thread.voluntary_switches = growth(end.voluntary_switches, before.voluntary_switches, is_new);
  thread.involuntary_switches =
      growth(end.involuntary_switches, before.involuntary_switches, is_new);
  thread.minor_faults = growth(end.minor_faults, before.minor_faults);
  thread.major_faults = growth(end.major_faults, before.major_faults);
  const nanoseconds whole = is_new ? window : *observed(end, start, last, window);
  if (window > nanoseconds(0))
    thread.cpu =
        Ratio{std::chrono::duration<double>(thread.on_cpu.value_or(thread.user + thread.system)) /
              std::chrono::duration<double>(whole)};
  thread.observed = observed(end, start, last, window);
  split(thread);
  return thread;
}

// How much CPU it wants, in hundredths of one: below that nobody wants it back.
std::int64_t demand(const Thread& thread) {
  const nanoseconds wanted = thread.on_cpu.value_or(thread.user + thread.system) +
                             thread.run_delay.value_or(nanoseconds(0));
  const nanoseconds observed = thread.observed.value_or(wanted);
  return observed.count() > 0 ? 100 * wanted / observed : 0;
}

}  // namespace

std::vector<Thread> account(const Snapshot& start, const Snapshot& end, nanoseconds window) {
  std::unordered_map<pid_t, const Sample*> before;
  for (const Sample& sample : start.threads) before[sample.tid] = &sample;
  std::vector<Thread> threads;
  threads.reserve(end.threads.size());
  for (const Sample& sample : end.threads) {
    const auto found = before.find(sample.tid);
    const bool same = found != before.end() && found->second->start_time == sample.start_time;
    threads.push_back(difference(sample, same ? found->second : nullptr, end, window));
  }
  return threads;
}

bool matters_more(const Thread& a, const Thread& b) {
  const auto rank = [](const Thread& thread) {
    return std::tuple(-demand(thread), thread.state != 'D');
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return std::tuple(b.cpu, b.calls, a.tid) < std::tuple(a.cpu, a.calls, b.tid);
}

}  // namespace debug_process::sections::threads
