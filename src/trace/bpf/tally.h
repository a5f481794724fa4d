// What was seen in the slices, and what it says of the time between them. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "trace/bpf/reads_writes.h"
#include "trace/scale.h"

namespace debug_process::trace::bpf {

// What a call costs, and its standard uncertainty.
struct Uncertain {
  std::chrono::nanoseconds value{0};
  std::chrono::nanoseconds error{0};
};

class Tally {
 public:
  // With fewer slices how far they differ says nothing of how far they are off.
  static constexpr std::size_t kFewestSlices = 5;

  // A stretch of time with the whole work done, and the calls in it. Of what came before the first
  // pause the latest stretch alone tells how it is now.
  void add_whole(std::uint64_t calls, std::chrono::nanoseconds time);
  // Where a slice ends: the reads and writes in it, by the kernel's own account. nullopt, here and
  // below: it cannot be read, nor later.
  void add_whole_account(std::optional<ReadsWrites::Growth> reads_writes);
  // A slice in which calls were only counted; it began at a moment that the target had no part in.
  void add_counted(std::uint64_t calls, std::chrono::nanoseconds time,
                   std::optional<ReadsWrites::Growth> reads_writes);
  // What the account has grown by between two stretches, when no call was seen.
  void add_between(std::optional<ReadsWrites::Growth> reads_writes, std::chrono::nanoseconds time);
  // The last stretch with the whole work has used up the budget.
  void pause();

  [[nodiscard]] std::uint64_t calls() const { return whole_.calls; }
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] std::chrono::nanoseconds watched() const { return whole_.time; }
  // After the first pause; of many, neighbours are taken together.
  [[nodiscard]] std::size_t slices() const { return slices_.size(); }

  // By how much what the whole work saw has to be multiplied to be all of the window, 1 without a
  // pause; and the relative standard error of that. nullopt: too few slices, or no call in any.
  // Reads and writes have a factor of their own where surely another share of them was seen than of
  // the others, and what is left tells enough of those; otherwise it is part of the error.
  struct Estimate {
    Factors factors;
    std::optional<double> error;
    bool rests_on_costs = true;  // false: on the account alone
  };
  // Told by what has the smaller error. Either by the reads and writes between the stretches, and
  // how many calls there are to each of them. Or by the pace of the target with the whole work and
  // with calls only counted, and what a call costs with each: that tells its pace under none.
  // `one_factor`: for calls of which only some are kept, which would not tell how many others there
  // are.
  [[nodiscard]] Estimate estimate(std::chrono::nanoseconds window, Uncertain cost_whole,
                                  Uncertain cost_counted, bool one_factor = false) const;
  // Which part of its time with the whole work the target has lost to it after the first pause, as
  // its pace tells: that, less its standard error, for what slices differ in is not all of our
  // making. 0 where it has time to spare. nullopt as above.
  [[nodiscard]] std::optional<double> surely_lost(std::chrono::nanoseconds cost_whole,
                                                  std::chrono::nanoseconds cost_counted) const;

 private:
  struct Stretch {
    std::uint64_t calls = 0;
    std::chrono::nanoseconds time{0};
    std::uint64_t reads_writes = 0;  // in whole_, accounted_ and between_
    void add(const Stretch& more) {
      calls += more.calls;
      time += more.time;
      reads_writes += more.reads_writes;
    }
    void take_off(const Stretch& less) {
      calls -= less.calls;
      time -= less.time;
      reads_writes -= less.reads_writes;
    }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(time).count(); }
    [[nodiscard]] double seconds_per_call() const { return seconds() / static_cast<double>(calls); }
  };
  // First the calls were only counted, then the whole work was done.
  struct Slice {
    Stretch counted;
    Stretch accounted;  // the same, where the account could be read
    Stretch whole;
    void add(const Slice& more) {
      counted.add(more.counted);
      accounted.add(more.accounted);
      whole.add(more.whole);
    }
    void take_off(const Slice& less) {
      counted.take_off(less.counted);
      accounted.take_off(less.accounted);
      whole.take_off(less.whole);
    }
  };

  Slice& current();
  void merge_neighbours();
  [[nodiscard]] std::vector<Slice> comparable() const;
  [[nodiscard]] double gap_seconds(std::chrono::nanoseconds window) const;
  [[nodiscard]] double calls_in_gap(const Slice& all, double gap, double cost_whole,
                                    double cost_counted) const;
  [[nodiscard]] bool account_tells() const;
  void mend_mix(double all, bool one_factor, Estimate& estimate) const;
  [[nodiscard]] double calls_by_account(const Slice& all) const;  // in between_
  [[nodiscard]] double by_chance(double variance_of_slices, double gap) const;
  // How many calls there were between the stretches, and the standard error of that.
  struct Between {
    double calls = 0;
    std::optional<double> error;
  };
  [[nodiscard]] Between by_pace(double gap, Uncertain cost_whole, Uncertain cost_counted) const;
  [[nodiscard]] std::optional<Between> by_account(double gap) const;

  [[nodiscard]] static double lost_by_pace(const Slice& all, double cost_whole,
                                           double cost_counted);
  [[nodiscard]] double lost_by_account(const Slice& all) const;

  Stretch whole_;    // all of it
  Stretch counted_;  // likewise
  Stretch accounted_;
  Stretch last_;     // of the whole work: not in its slice yet
  Stretch before_;   // the latest before the first pause
  Stretch between_;  // as long as the account could be read; its calls are not known
  bool account_complete_ = true;
  std::chrono::nanoseconds account_took_{0};  // to read, at one end of each stretch in accounted_
  std::vector<Slice> slices_;
  bool paused_ = false;
  bool fresh_ = true;  // the next stretch begins a slice
};

}  // namespace debug_process::trace::bpf
