// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/tally.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "util/clock.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

// Extrapolation from noise must not run away.
constexpr double kFastest = 0.3;  // of the time that a call takes when it is only counted
// How much longer a call takes for each nanosecond that it costs more: 0 where the target has time
// to spare, 1 where it has none, 2 where it also has only half a CPU or pays twice what we do.
// Beyond that the two paces tell more of who else was running than of what watching costs.
constexpr double kSteepest = 2;
// Of fewer reads and writes how many calls there are to each tells nothing.
constexpr std::uint64_t kFewestReadsWrites = 100;
// In standard errors.
constexpr double kSurely = 3;
// Reads and writes may be nearly all calls: what is left says little then of how many others there
// are.
constexpr double kMostOffOfOthers = 0.1;
// As good as the account may be for what the target loses, whatever the pace says.
constexpr double kGoodEnough = 0.02;
// A shorter stretch tells no pace; it belongs to the one before it.
constexpr std::chrono::milliseconds kShortest{1};
// A minute's worth; of more, neighbours are taken together, which how far they differ allows for.
constexpr std::size_t kMostSlices = 256;

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

void Tally::add_whole_account(std::optional<ReadsWrites::Growth> reads_writes) {
  if (reads_writes)
    whole_.reads_writes += reads_writes->calls;
  else
    account_complete_ = false;
}

void Tally::add_counted(std::uint64_t calls, nanoseconds time,
                        std::optional<ReadsWrites::Growth> reads_writes) {
  Slice& slice = current();
  counted_.add({calls, time});
  slice.counted.add({calls, time});
  if (!reads_writes) {
    account_complete_ = false;
    return;
  }
  const Stretch known{calls, time, reads_writes->calls};
  accounted_.add(known);
  slice.accounted.add(known);
  account_took_ += reads_writes->reading_took;
}

void Tally::add_between(std::optional<ReadsWrites::Growth> reads_writes, nanoseconds time) {
  if (reads_writes)
    between_.add({0, time, reads_writes->calls});
  else
    account_complete_ = false;
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

bool Tally::account_tells() const {
  return accounted_.reads_writes >= kFewestReadsWrites && between_.time.count() > 0;
}

// With calls counted at the least cost: what watching adds to each of them makes a thread of short
// calls slower than one of long reads, and changes how many there are to a read.
double Tally::calls_by_account(const Slice& all) const {
  if (all.accounted.reads_writes == 0) return 0;
  return static_cast<double>(between_.reads_writes) * static_cast<double>(all.accounted.calls) /
         static_cast<double>(all.accounted.reads_writes);
}

// What happened between the slices was chance too: of more time, the less.
double Tally::by_chance(double variance_of_slices, double gap) const {
  return gap > 0 ? std::sqrt(variance_of_slices * (1 + counted_.seconds() / gap)) : 0;
}

std::optional<Tally::Between> Tally::by_account(double gap) const {
  if (!account_tells()) return std::nullopt;
  // Where it could no longer be read the time until the end is like that before, or it is not.
  const double rest = account_complete_ ? 0 : std::max(gap / between_.seconds() - 1, 0.0);
  const std::vector<Slice> slices = comparable();
  const Slice all = sum(slices);
  const double known = calls_by_account(all);
  Between between{known * (1 + rest), std::nullopt};
  if (slices.size() < kFewestSlices) return between;
  const double chance =
      variance(slices, all, [&](const Slice& of) { return calls_by_account(of); });
  const double by_moment = known * seconds(account_took_) / accounted_.seconds();
  between.error = std::hypot(by_chance(chance, gap) * (1 + rest), by_moment, known * rest);
  return between;
}

Tally::Between Tally::by_pace(double gap, Uncertain cost_whole, Uncertain cost_counted) const {
  const double whole = seconds(cost_whole.value);
  const double counted = seconds(cost_counted.value);
  const std::vector<Slice> slices = comparable();
  const Slice all = sum(slices);
  Between between{calls_in_gap(all, gap, whole, counted), std::nullopt};
  // What made calls in a rush and none when they were only counted has gaps of which nothing is
  // known.
  const bool only_rushes = all.counted.calls == 0 && all.whole.calls > 0;
  if (slices.size() < kFewestSlices || only_rushes) return between;
  const double chance =
      variance(slices, all, [&](const Slice& of) { return calls_in_gap(of, gap, whole, counted); });
  const auto change = [&](double more_whole, double more_counted) {
    return (calls_in_gap(all, gap, whole + more_whole, counted + more_counted) -
            calls_in_gap(all, gap, whole - more_whole, counted - more_counted)) /
           2;
  };
  const double by_cost_whole = change(seconds(cost_whole.error), 0);
  const double by_cost_counted = change(0, seconds(cost_counted.error));
  between.error = std::hypot(by_chance(chance, gap), by_cost_whole, by_cost_counted);
  return between;
}

// A target that is slowed down makes a different mix of calls: more for each wakeup, as a server
// that finds more clients ready. All calls together are not wrong by that, those of one kind are;
// beyond what is chance.
void Tally::mend_mix(double all, bool one_factor, Estimate& estimate) const {
  if (!account_complete_ || !account_tells() || whole_.reads_writes < kFewestReadsWrites) return;
  const auto seen = static_cast<double>(whole_.reads_writes);
  const auto truth =
      static_cast<double>(whole_.reads_writes + accounted_.reads_writes + between_.reads_writes);
  const double off = seen * estimate.factors.all / truth - 1;
  const double surely_off = std::sqrt(std::max(off * off - 1 / seen, 0.0));
  // All that is not known of all calls together is not known of the others.
  const bool tells_of_others = *estimate.error * all < kMostOffOfOthers * (all - truth);
  if (surely_off > kSurely * *estimate.error && tells_of_others && !one_factor)
    estimate.factors.reads_writes = truth / seen;
  else
    estimate.error = std::hypot(*estimate.error, surely_off);
}

Tally::Estimate Tally::estimate(nanoseconds window, Uncertain cost_whole, Uncertain cost_counted,
                                bool one_factor) const {
  Estimate estimate;
  if (!paused_) return estimate;
  const double gap = gap_seconds(window);
  Between between = by_pace(gap, cost_whole, cost_counted);
  if (const auto account = by_account(gap);
      account && (!between.error || (account->error && *account->error < *between.error))) {
    between = *account;
    estimate.rests_on_costs = false;
  }
  const double all = static_cast<double>(whole_.calls + counted_.calls) + between.calls;
  if (whole_.calls > 0) estimate.factors = {all / static_cast<double>(whole_.calls)};
  if (between.error && all > 0) {
    estimate.error = *between.error / all;
    mend_mix(all, one_factor, estimate);
  }
  return estimate;
}

double Tally::lost_by_pace(const Slice& all, double cost_whole, double cost_counted) {
  if (all.whole.calls == 0 || all.counted.calls == 0) return 0;
  const double whole = all.whole.seconds_per_call();
  return 1 - undisturbed(whole, all.counted.seconds_per_call(), cost_whole, cost_counted) / whole;
}

double Tally::lost_by_account(const Slice& all) const {
  const double between = calls_by_account(all);
  if (all.whole.calls == 0 || between == 0) return 0;
  return 1 - between_.seconds() / between / all.whole.seconds_per_call();
}

std::optional<double> Tally::surely_lost(nanoseconds cost_whole, nanoseconds cost_counted) const {
  const std::vector<Slice> slices = comparable();
  if (slices.size() < kFewestSlices) return std::nullopt;
  const Slice all = sum(slices);
  if (all.whole.calls == 0) return std::nullopt;
  const auto told_by = [&](auto lost_in) {
    return std::pair(lost_in(all), std::sqrt(variance(slices, all, lost_in)));
  };
  auto [share, error] = told_by([&](const Slice& of) {
    return lost_by_pace(of, seconds(cost_whole), seconds(cost_counted));
  });
  if (account_tells()) {
    const auto account = told_by([&](const Slice& of) { return lost_by_account(of); });
    if (account.second < std::max(error, kGoodEnough)) std::tie(share, error) = account;
  }
  return std::max(share - error, 0.0);
}

}  // namespace debug_process::trace::bpf
