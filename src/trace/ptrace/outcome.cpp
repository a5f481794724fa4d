// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>
#include <utility>

#include "trace/scale.h"
#include "util/clock.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

// Beyond this many, threads that were left alone are not asked for at the end.
constexpr std::size_t kMostQuestions = 2000;
// So few calls, scaled by more than that, tell no more than an order of magnitude.
constexpr std::uint64_t kHandful = 200;
constexpr double kFarScaled = 5;
// Of the calls, those of threads that were too slow to tell of.
constexpr double kWorthANote = 0.1;

using Exposures = std::vector<std::pair<std::optional<pid_t>, Exposure>>;

// Of the time of the threads that made calls, or may have; of those together that have come and
// gone, unseen ones among them, by their CPU time.
double watched_share(const Exposure& thread, bool several) {
  const double by_time =
      thread.window.count() > 0 ? seconds(thread.watched) / seconds(thread.window) : 1;
  if (!several || !thread.cpu || thread.cpu->count() <= 0) return std::min(by_time, 1.0);
  return std::min(by_time, seconds(thread.cpu_watched) / seconds(*thread.cpu));
}

// Weighed by CPU time, so that idle threads, which are watched at no cost, are not what it tells
// of. Where that is not known of all, by the time that each was there.
double coverage(const Exposures& exposures) {
  constexpr double kLeastCpu = 1e-3;
  double by_cpu = 0;
  double cpu = 0;
  double by_time = 0;
  double time = 0;
  bool known = true;
  for (const auto& [tid, thread] : exposures) {
    const double share = watched_share(thread, !tid);
    known = known && thread.cpu;
    const double used = thread.cpu ? seconds(*thread.cpu) : 0;
    by_cpu += share * used;
    cpu += used;
    if (thread.calls == 0 && thread.watched == thread.window) continue;
    by_time += share * seconds(thread.window);
    time += seconds(thread.window);
  }
  if (known && cpu > kLeastCpu) return by_cpu / cpu;
  return time > 0 ? by_time / time : 1;
}

class Outcome {
 public:
  Outcome(const Loop& loop, const WatchOptions& options, const Uses& uses)
      : loop_(loop), options_(options), uses_(uses), end_(loop.end()) {}

  Activity make(std::optional<Price> price) {
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
    price = bounded(price);
    if (price) add_cost(*price);
    activity_.notes = end_.notes;
    add_left_alone();
    add_shifted_in_time();
    if (end_.paused || !fully_watched_) scale_up(price);
    return std::move(activity_);
  }

 private:
  void add_thread(const Tracee& thread) {
    const nanoseconds proven = proven_where_parked(thread);
    Exposure exposure = thread.exposure(end_.at);
    exposure.watched += proven;
    if (const auto use = uses_.threads.find(thread.tid); use != uses_.threads.end()) {
      exposure.cpu = use->second.cpu;
      exposure.all_reads_writes = use->second.reads_writes;
      exposure.busy = uses_.busy(use->second);
    }
    fully_watched_ = fully_watched_ && exposure.watched == exposure.window;
    exposures_.push_back({thread.tid, exposure});
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
    // Threads of children (--follow) are in no account of the target's.
    Exposure all = exited.exposure;
    if (!options_.follow) all.cpu = uses_.cpu_of_others();
    if (all.window.count() > 0) exposures_.push_back({std::nullopt, all});
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

  // The stops of one call come after those of another, one tracer serves them all: none can have
  // taken longer than all of them together.
  [[nodiscard]] std::optional<Price> bounded(std::optional<Price> price) const {
    if (!price || loop_.calls() < kHandful) return price;
    const nanoseconds most = loop_.watched() / static_cast<std::int64_t>(loop_.calls());
    return Price{std::min(price->time, most), std::min(price->cpu, most)};
  }

  // Of the time of those threads that have paid at all.
  void add_cost(Price price) {
    activity_.cost.target_per_call = price.time;
    activity_.cost.paid = nanoseconds(0);
    nanoseconds all{0};
    for (const auto& [tid, exposure] : exposures_) {
      const nanoseconds lost = std::min(lost_by(exposure, price), exposure.window);
      *activity_.cost.paid += lost;
      if (lost.count() > 0) all += exposure.window;
    }
    activity_.cost.of = std::max(all, activity_.observed);
  }

  void add_shifted_in_time() {
    const bool some =
        std::any_of(activity_.errors.begin(), activity_.errors.end(), [](const ErrorStats& error) {
          return error.errno_value == ETIMEDOUT ||
                 (error.errno_value == EAGAIN &&
                  abi::syscall_name(error.key.abi, error.key.number).starts_with("futex"));
        });
    if (some)
      activity_.notes.emplace_back(
          "ETIMEDOUT, and EAGAIN of futex, may be the tracer's doing: its stops shift in time what "
          "the threads do");
  }

  void scale_up(std::optional<Price> price) {
    activity_.coverage = coverage(exposures_);
    double seen = 0;
    double all = 0;
    double too_low = 0;
    bool slowed_in_its_sleep = false;
    std::map<pid_t, double> by_thread;
    double by_exited = 0;
    for (const auto& [tid, exposure] : exposures_) {
      if (exposure.calls == 0) continue;
      const nanoseconds lost = price ? lost_by(exposure, *price) : nanoseconds(0);
      const Estimate made = estimate(exposure, price, lost);
      seen += static_cast<double>(exposure.calls);
      all += made.calls;
      too_low += made.lower_bound ? made.calls : 0;
      slowed_in_its_sleep |= made.assumes_idle_time;
      if (tid)
        by_thread[*tid] = made.calls;
      else
        by_exited = made.calls;
    }
    const double factor = seen > 0 ? all / seen : 1;
    note_quality(factor, too_low > all * kWorthANote, slowed_in_its_sleep);
    scale(activity_, {factor});
    activity_.exited_threads_calls = static_cast<std::uint64_t>(std::llround(by_exited));
    for (ThreadStats& thread : activity_.threads)
      if (const auto made = by_thread.find(thread.tid); made != by_thread.end())
        thread.calls = static_cast<std::uint64_t>(std::llround(made->second));
  }

  void note_quality(double factor, bool too_low, bool slowed_in_its_sleep) {
    if (too_low)
      activity_.notes.emplace_back(
          "the target was much slower while its calls were seen: the counts are a lower bound");
    else if (slowed_in_its_sleep)
      activity_.notes.emplace_back(
          "the target was slower while its calls were seen: if what it has to do does not come "
          "from outside, the counts are a lower bound");
    if (activity_.calls_seen > 0 && activity_.calls_seen < kHandful && factor > kFarScaled)
      activity_.notes.push_back(fmt::format(
          "only {} call{} seen, and scaled by {:.3g}: the counts are an order of magnitude",
          activity_.calls_seen, activity_.calls_seen == 1 ? " was" : "s were", factor));
  }

  [[nodiscard]] nanoseconds lost_by(const Exposure& exposure, Price price) const {
    const auto others = loop_.calls() - std::min(loop_.calls(), exposure.stops);
    return exposure.lost + lost_to_stops(exposure.stops, others, price.time, exposure.watched);
  }

  const Loop& loop_;
  const WatchOptions& options_;
  const Uses& uses_;
  const Ended& end_;
  Activity activity_;
  Exposures exposures_;  // without a tid: of several
  std::size_t parked_ = 0;
  bool fully_watched_ = true;
};

}  // namespace

Activity make_activity(const Loop& loop, const WatchOptions& options, std::optional<Price> price,
                       const Uses& uses) {
  return Outcome(loop, options, uses).make(price);
}

}  // namespace debug_process::trace::ptrace
