// What was seen in the slices, and what it says of the time between them. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

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
  // A slice in which calls were only counted; it began at a moment that the target had no part in.
  void add_counted(std::uint64_t calls, std::chrono::nanoseconds time);
  // The last stretch with the whole work has used up the budget.
  void pause();

  [[nodiscard]] std::uint64_t calls() const { return whole_.calls; }
  [[nodiscard]] bool paused() const { return paused_; }
  [[nodiscard]] std::chrono::nanoseconds watched() const { return whole_.time; }
  // After the first pause; of many, neighbours are taken together.
  [[nodiscard]] std::size_t slices() const { return slices_.size(); }

  // By how much what the whole work saw has to be multiplied to be all of the window. The two
  // costs are of a call, with the whole work and when it is only counted: from the pace of the
  // target under each the pace under none is told. 1 without a pause.
  [[nodiscard]] double factor(std::chrono::nanoseconds window, std::chrono::nanoseconds cost_whole,
                              std::chrono::nanoseconds cost_counted) const;
  // The relative standard error of that: how much the slices differ (delete-one jackknife), and
  // what the costs being wrong would change. nullopt: too few slices, or no call in any.
  [[nodiscard]] std::optional<double> error(std::chrono::nanoseconds window, Uncertain cost_whole,
                                            Uncertain cost_counted) const;
  // Which part of its time with the whole work the target has lost to it after the first pause, as
  // its pace tells: that, less its standard error, for what slices differ in is not all of our
  // making. 0 where it has time to spare. nullopt as above.
  [[nodiscard]] std::optional<double> surely_lost(std::chrono::nanoseconds cost_whole,
                                                  std::chrono::nanoseconds cost_counted) const;

 private:
  struct Stretch {
    std::uint64_t calls = 0;
    std::chrono::nanoseconds time{0};
    void add(const Stretch& more) {
      calls += more.calls;
      time += more.time;
    }
    void take_off(const Stretch& less) {
      calls -= less.calls;
      time -= less.time;
    }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(time).count(); }
    [[nodiscard]] double seconds_per_call() const { return seconds() / static_cast<double>(calls); }
  };
  // First the calls were only counted, then the whole work was done.
  struct Slice {
    Stretch counted;
    Stretch whole;
    void add(const Slice& more) {
      counted.add(more.counted);
      whole.add(more.whole);
    }
    void take_off(const Slice& less) {
      counted.take_off(less.counted);
      whole.take_off(less.whole);
    }
  };

  Slice& current();
  void merge_neighbours();
  [[nodiscard]] std::vector<Slice> comparable() const;
  [[nodiscard]] double gap_seconds(std::chrono::nanoseconds window) const;
  [[nodiscard]] double calls_in_gap(const Slice& all, double gap, double cost_whole,
                                    double cost_counted) const;
  [[nodiscard]] double all_calls(std::chrono::nanoseconds window, double cost_whole,
                                 double cost_counted) const;

  Stretch whole_;    // all of it
  Stretch counted_;  // likewise
  Stretch last_;     // of the whole work: not in its slice yet
  Stretch before_;   // the latest before the first pause
  std::vector<Slice> slices_;
  bool paused_ = false;
  bool fresh_ = true;  // the next stretch begins a slice
};

}  // namespace debug_process::trace::bpf
