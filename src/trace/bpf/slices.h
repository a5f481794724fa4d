// Watching in slices, where watching all the time would cost the target more than it may.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "trace/bpf/cost.h"
#include "trace/bpf/hooks.h"
#include "trace/bpf/reads_writes.h"
#include "trace/bpf/tally.h"
#include "trace/bpf/thread_calls.h"
#include "trace/budget.h"
#include "util/result.h"

struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

// Between two slices the programs on the system calls are detached: only that spares the target,
// and every other process, all of their cost. Those on exec and exit stay, so that the life of the
// target is told without a gap.
class Slices {
 public:
  // `cap` as in WatchOptions; `whole` is attached. `account`: of all whose calls are counted.
  Slices(syscall_stats_bpf& skeleton, Hooks whole, Hooks counting, const Costs& costs,
         std::optional<double> cap, ReadsWrites account);
  ~Slices();
  Slices(const Slices&) = delete;
  Slices& operator=(const Slices&) = delete;

  // From here on a thread of ours minds the budget. `from_next_exec`: the target opens the first
  // slice itself.
  void begin(bool from_next_exec);
  // Ends the last slice.
  void end();

  // How much of the time from started() to `now` was watched; from any thread.
  [[nodiscard]] std::chrono::nanoseconds watched_until(std::chrono::nanoseconds now) const;

  // After end():
  [[nodiscard]] std::chrono::nanoseconds started() const { return started_; }  // CLOCK_MONOTONIC
  [[nodiscard]] std::chrono::nanoseconds ended() const { return ended_; }
  [[nodiscard]] bool paused() const { return tally_.paused(); }  // ever: the counts are not exact
  // When the last slice began, where it lasted until the end: what was entered since is in flight.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> last_slice() const { return slice_; }
  [[nodiscard]] std::chrono::nanoseconds watched() const { return tally_.watched(); }
  // What watching has cost the target, all threads together.
  [[nodiscard]] std::chrono::nanoseconds paid() const;
  // By how much what was seen has to be multiplied. `filtered`: only some calls are kept.
  [[nodiscard]] Tally::Estimate estimate(bool filtered) const;
  // Why no slice was opened any more; nullopt: all went well.
  [[nodiscard]] const std::optional<Error>& gave_up() const { return gave_up_; }

 private:
  void run();
  bool wait(std::chrono::nanoseconds duration);  // false: end() was called
  void look();
  [[nodiscard]] std::chrono::nanoseconds until_next_look() const;
  [[nodiscard]] std::chrono::nanoseconds paid_per_call() const;
  [[nodiscard]] std::chrono::nanoseconds cost_of(std::uint64_t counted, std::uint64_t extra_ns,
                                                 std::uint64_t passed) const;
  [[nodiscard]] std::chrono::nanoseconds spent() const;
  void put_price_right();
  void close();
  [[nodiscard]] std::chrono::nanoseconds counting_time() const;
  bool count_for_a_moment();
  void charge_since(std::chrono::nanoseconds began);
  std::optional<ReadsWrites::Growth> between_begins();
  void between_ends(std::chrono::nanoseconds now);
  bool pause();
  bool open();

  struct Charges {
    std::chrono::nanoseconds spent{0};  // by the busiest thread
    std::chrono::nanoseconds paid{0};   // by all of them
  };

  syscall_stats_bpf& skeleton_;
  Hooks whole_;
  Hooks counting_;
  Costs costs_;
  Budget budget_;
  ThreadCalls calls_;
  Tally tally_;
  ReadsWrites account_;
  bool from_next_exec_ = false;  // and the execve has not been seen yet
  std::optional<Error> gave_up_;

  std::chrono::nanoseconds started_{0};
  std::chrono::nanoseconds ended_{0};
  std::optional<std::chrono::nanoseconds> slice_;  // since when
  std::chrono::nanoseconds between_since_{0};      // when the last stretch ended
  std::chrono::nanoseconds looked_{0};
  std::chrono::nanoseconds look_takes_{0};
  // By the busiest thread, at the measured price, and by all of them; and beside the slices.
  Charges in_slices_;
  Charges in_between_;
  // When the first slice ended: what came before was another pace.
  std::chrono::nanoseconds first_slice_{0};
  std::chrono::nanoseconds spent_in_first_slice_{0};
  double price_factor_ = 1;   // how many times the measured price a slice truly costs
  double spending_ = 1;       // of late, as a share of the time; at first the worst
  double busiest_share_ = 1;  // of late, of all calls
  std::minstd_rand random_;

  // What watched_until() needs.
  struct Progress {
    std::chrono::nanoseconds watched{0};              // in slices that have ended
    std::optional<std::chrono::nanoseconds> slice{};  // since when
  };
  void slice_begins(std::chrono::nanoseconds now);
  void slice_ends(std::chrono::nanoseconds now);

  mutable std::mutex mutex_;
  Progress progress_;  // under mutex_
  std::condition_variable wake_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace debug_process::trace::bpf
