// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/tally.h"

#include <algorithm>
#include <cmath>

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

// Extrapolation from noise must not run away.
constexpr double kFastest = 0.3;  // of the time that a call takes when it is only counted
// How much longer a call takes for each nanosecond that it costs more: 0 where the target has time
// to spare, 1 where it has none, 2 where it also has only half a CPU or pays twice what we do.
// Beyond that the two paces tell more of who else was running than of what watching costs.
constexpr double kSteepest = 2;
// A shorter stretch tells no pace; it belongs to the one before it.
constexpr std::chrono::milliseconds kShortest{1};
// A minute's worth; of more, neighbours are taken together, which how far they differ allows for.
constexpr std::size_t kMostSlices = 256;

double seconds(nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// A straight line through two points: the more a call costs, the longer it takes, unless the target
// has time to spare, and then both points are at the same height.
double undisturbed(double whole, double counted, double cost_whole, double cost_counted) {
  if (cost_whole <= cost_counted) return counted;
  const double slope =
      std::clamp((whole - counted) / (cost_whole - cost_counted), -kSteepest, kSteepest);
  return std::max(counted - slope * cost_counted, counted * kFastest);
}

template <typename Slice>
Slice sum(const std::vector<Slice>& slices) {
  Slice all;
  for (const Slice& slice : slices) all.add(slice);
  return all;
}

// Of an estimate from all slices, by those from all slices but one each (delete-one jackknife).
template <typename Slice, typename Estimate>
double variance(const std::vector<Slice>& slices, const Slice& all, Estimate estimate) {
  const auto n = static_cast<double>(slices.size());
  std::vector<double> without_one;
  double mean = 0;
  for (const Slice& slice : slices) {
    Slice others = all;
    others.take_off(slice);
    without_one.push_back(estimate(others));
    mean += without_one.back() / n;
  }
  double squares = 0;
  for (const double value : without_one) squares += (value - mean) * (value - mean);
  return squares * (n - 1) / n;
}

}  // namespace

Tally::Slice& Tally::current() {
  if (fresh_) {
    if (slices_.size() == kMostSlices) merge_neighbours();
    slices_.emplace_back();
  }
  fresh_ = false;
  return slices_.back();
}

void Tally::merge_neighbours() {
  for (std::size_t i = 0; i < slices_.size() / 2; ++i) {
    slices_[i] = slices_[2 * i];
    slices_[i].add(slices_[2 * i + 1]);
  }
  slices_.resize(slices_.size() / 2);
}

void Tally::add_whole(std::uint64_t calls, nanoseconds time) {
  whole_.add({calls, time});
  if (time >= kShortest) {
    if (paused_) current().whole.add(last_);
    last_ = {};
  }
  last_.add({calls, time});
}

void Tally::add_counted(std::uint64_t calls, nanoseconds time) {
  counted_.add({calls, time});
  current().counted.add({calls, time});
}

// A slice ends where the target has just made many calls: its last stretch would tell too fast a
// pace. The others do not know that they were followed by it.
void Tally::pause() {
  if (!paused_)
    before_ = last_;
  else if (current().whole.time.count() == 0)
    current().whole = last_;
  last_ = {};
  paused_ = true;
  fresh_ = true;
}

std::vector<Tally::Slice> Tally::comparable() const {
  std::vector<Slice> slices = slices_;
  if (paused_ && last_.time.count() > 0) {
    if (fresh_) slices.emplace_back();
    slices.back().whole.add(last_);
  }
  return slices;
}

double Tally::gap_seconds(nanoseconds window) const {
  return std::max(seconds(window - whole_.time - counted_.time), 0.0);
}

double Tally::calls_in_gap(const Slice& all, double gap, double cost_whole,
                           double cost_counted) const {
  const Stretch& whole = all.whole.calls > 0 ? all.whole : before_;
  if (whole.calls == 0 && all.counted.calls == 0) return 0;
  if (all.counted.time.count() == 0) return gap / whole.seconds_per_call();
  if (all.counted.calls == 0) return 0;
  const double counted = all.counted.seconds_per_call();
  if (whole.calls == 0) return gap / counted;
  return gap / undisturbed(whole.seconds_per_call(), counted, cost_whole, cost_counted);
}

double Tally::all_calls(nanoseconds window, double cost_whole, double cost_counted) const {
  return static_cast<double>(whole_.calls + counted_.calls) +
         calls_in_gap(sum(comparable()), gap_seconds(window), cost_whole, cost_counted);
}

double Tally::factor(nanoseconds window, nanoseconds cost_whole, nanoseconds cost_counted) const {
  if (!paused_ || whole_.calls == 0) return 1;
  return all_calls(window, seconds(cost_whole), seconds(cost_counted)) /
         static_cast<double>(whole_.calls);
}

std::optional<double> Tally::error(nanoseconds window, Uncertain cost_whole,
                                   Uncertain cost_counted) const {
  const std::vector<Slice> slices = comparable();
  if (slices.size() < kFewestSlices) return std::nullopt;
  const double gap = gap_seconds(window);
  const double whole = seconds(cost_whole.value);
  const double counted = seconds(cost_counted.value);
  const double total = all_calls(window, whole, counted);
  if (!(total > 0)) return std::nullopt;

  const Slice all = sum(slices);
  const double chance =
      variance(slices, all, [&](const Slice& of) { return calls_in_gap(of, gap, whole, counted); });
  // What happened between the slices was chance too: of more time, the less.
  const double chance_between = gap > 0 ? all.counted.seconds() / gap : 0;
  const double by_chance = gap > 0 ? std::sqrt(chance * (1 + chance_between)) : 0;
  const auto change = [&](double more_whole, double more_counted) {
    return (all_calls(window, whole + more_whole, counted + more_counted) -
            all_calls(window, whole - more_whole, counted - more_counted)) /
           2;
  };
  const double by_cost_whole = change(seconds(cost_whole.error), 0);
  const double by_cost_counted = change(0, seconds(cost_counted.error));
  return std::hypot(by_chance, by_cost_whole, by_cost_counted) / total;
}

std::optional<double> Tally::surely_lost(nanoseconds cost_whole, nanoseconds cost_counted) const {
  const std::vector<Slice> slices = comparable();
  if (slices.size() < kFewestSlices) return std::nullopt;
  const auto lost_in = [&](const Slice& of) {
    if (of.whole.calls == 0 || of.counted.calls == 0) return 0.0;
    const double whole = of.whole.seconds_per_call();
    const double alone = undisturbed(whole, of.counted.seconds_per_call(), seconds(cost_whole),
                                     seconds(cost_counted));
    return std::max(1 - alone / whole, 0.0);
  };
  const Slice all = sum(slices);
  if (all.whole.calls == 0) return std::nullopt;
  return std::max(lost_in(all) - std::sqrt(variance(slices, all, lost_in)), 0.0);
}

}  // namespace debug_process::trace::bpf
