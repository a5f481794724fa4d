// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/outcome.h"

#include <fmt/format.h>

#include <algorithm>

#include "trace/scale.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// Beyond this many, threads that were left alone are not asked for at the end.
constexpr std::size_t kMostQuestions = 2000;

class Outcome {
 public:
  Outcome(const Loop& loop, const WatchOptions& options, const BusyShares& busy)
      : loop_(loop), options_(options), busy_(busy), end_(loop.end()) {}

  Activity make(std::optional<nanoseconds> cost_per_call) {
    loop_.counters().add_to(activity_);
    for (const auto& [tid, thread] : loop_.tracees()) add_thread(thread);
    add_exited();
    if (options_.follow) add_processes();
    activity_.execs = end_.execs;
    // The execve that starts a command is where its life begins, and no change in it.
    if (options_.from_next_exec && activity_.execs > 0) --activity_.execs;
    activity_.wait_status = end_.wait_status;
    activity_.last_calls = end_.last_calls;
    activity_.observed = end_.at - end_.opened;
    activity_.inflated_latencies = true;
    activity_.cost.target_per_call = cost_per_call;
    if (cost_per_call)
      activity_.cost.paid =
          static_cast<std::int64_t>(loop_.calls()) * *cost_per_call + end_.lost_to_events;
    activity_.notes = end_.notes;
    add_left_alone();
    if (end_.paused || !fully_watched_) scale_up(cost_per_call);
    return std::move(activity_);
  }

 private:
  void add_thread(const Tracee& thread) {
    const nanoseconds proven = proven_where_parked(thread);
    const auto busy = busy_.find(thread.tid);
    exposures_.push_back({thread.calls.calls, thread.watched_until(end_.at) + proven,
                          end_.at - thread.joined,
                          busy == busy_.end() ? std::nullopt : std::optional(busy->second)});
    fully_watched_ = fully_watched_ && exposures_.back().watched == exposures_.back().window;
    if (thread.calls.stops > 0 || thread.calls.in_call)
      activity_.threads.push_back({thread.tid, thread.calls.calls});
    add_in_flight(thread, proven);
  }

  void add_in_flight(const Tracee& thread, nanoseconds proven) {
    InFlight call;
    call.tid = thread.tid;
    if (thread.calls.in_call) {
      const ThreadCalls::Call& current = *thread.calls.in_call;
      call.key = current.row->stats.key;
      call.elapsed = end_.at - current.entered.value_or(thread.joined);
      call.started_before_window = !current.entered;
    } else if (thread.parked && thread.parked->call && proven == end_.at - thread.joined) {
      call.key = *thread.parked->call;
      call.elapsed = proven;
      call.started_before_window = true;
    } else {
      return;
    }
    if (options_.trace_set.contains(call.key)) activity_.in_flight.push_back(call);
  }

  // How long a thread that was left alone at the end had made no call that could have been seen.
  nanoseconds proven_where_parked(const Tracee& thread) {
    if (!thread.parked) return nanoseconds(0);
    ++parked_;
    const Parked& parked = *thread.parked;
    if (parked_ > kMostQuestions || parked.trail.empty() ||
        Looker().trail(thread.process->stats.pid.value_or(0), thread.tid) != parked.trail)
      return parked.proven - parked.since;
    return end_.at - parked.since;
  }

  void add_exited() {
    const Exited& exited = loop_.exited();
    activity_.exited_thread_count = exited.threads;
    activity_.exited_threads_calls = exited.calls;
    fully_watched_ = fully_watched_ && exited.fully_watched;
    exposures_.insert(exposures_.end(), exited.exposures.begin(), exited.exposures.end());
  }

  void add_processes() {
    for (const Process& process : loop_.processes()) {
      ProcessStats stats = process.stats;
      stats.calls = process.calls.calls;
      stats.errors = process.calls.errors;
      stats.in_calls = process.calls.in_calls;
      activity_.processes.push_back(std::move(stats));
    }
  }

  void add_left_alone() {
    if (parked_ == 0) return;
    activity_.notes.push_back(
        fmt::format("{} left alone, in a call that ptrace would have broken (EINTR)",
                    parked_ == 1 ? "1 thread was" : fmt::format("{} threads were", parked_)));
  }

  void scale_up(std::optional<nanoseconds> cost_per_call) {
    activity_.coverage = coverage();
    if (!cost_per_call || is_slowed_beyond_measure(*cost_per_call)) {
      cost_per_call.reset();
      activity_.notes.emplace_back(
          "the target was much slower while its calls were seen: the counts are a lower bound");
    } else if (is_slowed_in_its_sleep(*cost_per_call)) {
      activity_.notes.emplace_back(
          "the target was slower while its calls were seen: if what it has to do does not come "
          "from outside, the counts are a lower bound");
    }
    scale(activity_, scale_factor(exposures_, cost_per_call));
  }

  // Of the time of the threads that made calls, or may have.
  [[nodiscard]] double coverage() const {
    nanoseconds watched{0};
    nanoseconds window{0};
    for (const Exposure& exposure : exposures_) {
      if (exposure.calls == 0 && exposure.watched == exposure.window) continue;
      watched += exposure.watched;
      window += exposure.window;
    }
    if (window.count() <= 0) return 1;
    return std::min(static_cast<double>(watched.count()) / static_cast<double>(window.count()),
                    1.0);
  }

  [[nodiscard]] nanoseconds lost(const Exposure& exposure, nanoseconds cost_per_call) const {
    const auto others = loop_.calls() - std::min(loop_.calls(), exposure.calls);
    return lost_to_stops(exposure.calls, others, cost_per_call, exposure.watched);
  }

  // Then too much of the time is ours, and what is left for the target is known too badly.
  [[nodiscard]] bool is_slowed_beyond_measure(nanoseconds cost_per_call) const {
    return std::any_of(exposures_.begin(), exposures_.end(), [&](const Exposure& exposure) {
      return lost(exposure, cost_per_call) > exposure.watched / 3;
    });
  }

  // It is taken to make up for our stops in its idle time, which not every program does.
  [[nodiscard]] bool is_slowed_in_its_sleep(nanoseconds cost_per_call) const {
    constexpr int kMuch = 10;  // a tenth
    return std::any_of(exposures_.begin(), exposures_.end(), [&](const Exposure& exposure) {
      return exposure.busy.value_or(1) < 0.5 &&
             lost(exposure, cost_per_call) > exposure.watched / kMuch;
    });
  }

  const Loop& loop_;
  const WatchOptions& options_;
  const BusyShares& busy_;
  const Ended& end_;
  Activity activity_;
  std::vector<Exposure> exposures_;
  std::size_t parked_ = 0;
  bool fully_watched_ = true;
};

}  // namespace

Activity make_activity(const Loop& loop, const WatchOptions& options,
                       std::optional<nanoseconds> cost_per_call, const BusyShares& busy) {
  return Outcome(loop, options, busy).make(cost_per_call);
}

}  // namespace debug_process::trace::ptrace
