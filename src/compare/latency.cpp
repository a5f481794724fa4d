// SPDX-License-Identifier: Apache-2.0
#include "compare/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "compare/calls.h"
#include "compare/context.h"
#include "compare/events.h"
#include "compare/statistics.h"
#include "util/units.h"

namespace debug_process::compare {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kFewestForTail = 500;
constexpr std::uint64_t kFewest = 20;
constexpr double kTail = 0.99;
// The five slowest of 500 calls: chance moves them by more than it moves the middle.
constexpr double kMarginOfTail = 1.5;
// Failures and successes take different times: another mix of them is another distribution.
constexpr double kOtherMix = 0.2;
constexpr int kResamples = 2000;
constexpr std::uint64_t kSeed = 0x5eed;
constexpr const char* kTooFewIntervals =
    "too few intervals with calls to tell: six a side, 3 s, are needed";

struct Quantile {
  const char* name;
  double q;
};
constexpr std::array<Quantile, 3> kQuantiles{{{"p50", 0.5}, {"p90", 0.9}, {"p99", kTail}}};

double seconds_of(const Histogram& histogram, double q) {
  return std::chrono::duration<double>(histogram.quantile(q).value_or(nanoseconds(0))).count();
}

// Where the distribution moved as far as the whole did: that tells most of it.
const Quantile& most_telling(const Histogram& a, const Histogram& b, bool slower) {
  for (const Quantile& quantile : kQuantiles) {
    const double change = factor(seconds_of(a, quantile.q), seconds_of(b, quantile.q));
    if (slower ? change >= kLeastChange : change <= 1 / kLeastChange) return quantile;
  }
  return kQuantiles.front();
}

// How far the others moved: "p90 x1.8, p99 x1.2".
std::string quantiles_text(const Histogram& a, const Histogram& b, const Quantile& shown) {
  std::string text;
  for (const Quantile& quantile : kQuantiles) {
    if (quantile.q == shown.q) continue;
    const double change = factor(seconds_of(a, quantile.q), seconds_of(b, quantile.q));
    text += fmt::format("{}{} x{:.2g}", text.empty() ? "" : ", ", quantile.name, change);
  }
  return text;
}

std::vector<double> log_means(const std::vector<Histogram>& histograms) {
  std::vector<double> means;
  for (const Histogram& histogram : histograms)
    if (const auto mean = log_mean(histogram)) means.push_back(*mean);
  return means;
}

Difference begin(const std::string& syscall, const Call& a, const Call& b, const Quantile& shown,
                 const LatencyTerms& terms) {
  Difference difference;
  difference.key = fmt::format("syscalls.syscalls[{}].{}_ns", syscall, shown.name);
  difference.bad = Bad::more;
  difference.before = report::to_value(a.latency.quantile(shown.q));
  difference.after = report::to_value(b.latency.quantile(shown.q));
  difference.detail = quantiles_text(a.latency, b.latency, shown);
  difference.asked = std::max(a.time_share(), b.time_share()) >= terms.least_time;
  return difference;
}

// What they cost by taking longer; how many there are may have changed too.
double extra_time(const Call& a, const Call& b, double shift) {
  return std::max(a.time_share(), b.time_share()) * (1 - 1 / std::max(shift, 1 / shift));
}

void doubt(double extra, const LatencyTerms& terms, Difference& difference) {
  if (!difference.large || extra >= terms.waiting) return;
  difference.chance.reset();
  difference.untold =
      fmt::format("the threads wait {} of the time for a CPU: that may be all of it",
                  format_ratio({terms.waiting}));
}

// A call that waits for the next piece of work fills whatever time there is: of such a one all the
// time in it must have changed too.
bool costs_in_all(const Call& a, const Call& b, double shift) {
  const Call& slow = shift >= 1 ? b : a;
  const Call& fast = shift >= 1 ? a : b;
  return slow.time_share() >= kLeastChange * fast.time_share();
}

// The slowest calls are few, but have much of it.
double mean_seconds(const Call& call) {
  return call.calls.count > 0 ? call.time / call.calls.count : 0;
}

std::vector<Histogram> with_calls(const std::vector<Histogram>& intervals) {
  std::vector<Histogram> known;
  for (const Histogram& histogram : intervals)
    if (histogram.bucketed() > 0) {
      known.push_back(histogram);
      known.back().sum = nanoseconds(0);  // of no use here, and a file's may be too large to add up
    }
  return known;
}

double resampled_tail(const std::vector<Histogram>& intervals, Random& random) {
  Histogram sum;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const Histogram& picked = intervals[random.index(intervals.size())];
    if (sum.count == 0) sum.scale = picked.scale;
    if (picked.scale == sum.scale) sum.merge(picked);
  }
  return seconds_of(sum, kTail);
}

}  // namespace

std::optional<double> log_mean(const Histogram& histogram) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double middle = (static_cast<double>(histogram.offset) + static_cast<double>(i) + 0.5) /
                          std::exp2(histogram.scale);
    sum += middle * static_cast<double>(histogram.counts[i]);
    count += static_cast<double>(histogram.counts[i]);
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

Difference compare_latency(const std::string& syscall, const Call& a, const Call& b,
                           const LatencyTerms& terms) {
  const auto before = log_mean(a.latency);
  const auto after = log_mean(b.latency);
  const double shift = before && after ? std::exp2(*after - *before) : 1;
  const Quantile& shown = most_telling(a.latency, b.latency, shift > 1);
  Difference difference = begin(syscall, a, b, shown, terms);
  difference.key = fmt::format("syscalls.syscalls[{}].histogram", syscall);
  difference.what = fmt::format("{}: time a call ({})", syscall, shown.name);
  difference.change = shift;
  const double extra = extra_time(a, b, shift);
  difference.large = std::max(shift, 1 / shift) >= kLeastChange && extra >= terms.least_time &&
                     (!may_wait(syscall) || costs_in_all(a, b, shift));
  const std::vector<double> low = log_means(shift >= 1 ? a.latencies : b.latencies);
  const std::vector<double> high = log_means(shift >= 1 ? b.latencies : a.latencies);
  if (std::min(low.size(), high.size()) < kFewestIntervals ||
      std::min(a.latency.bucketed(), b.latency.bucketed()) < kFewest) {
    difference.untold = kTooFewIntervals;
    return difference;
  }
  std::vector<double> shifted = low;
  for (double& mean : shifted) mean += std::log2(terms.margin);
  difference.chance = std::min(1.0, 2 * chance_of_larger(shifted, high));
  doubt(extra, terms, difference);
  return difference;
}

Difference compare_tail(const std::string& syscall, const Call& a, const Call& b,
                        const LatencyTerms& terms) {
  Difference difference = begin(syscall, a, b, kQuantiles.back(), terms);
  difference.what = fmt::format("{}: the slowest 1% of calls", syscall);
  const double before = seconds_of(a.latency, kTail);
  const double after = seconds_of(b.latency, kTail);
  difference.change = factor(before, after);
  const double margin = std::max(kMarginOfTail, terms.margin);
  const double extra =
      std::abs(mean_seconds(b) - mean_seconds(a)) * std::max(a.calls.rate(), b.calls.rate());
  difference.large = std::max(difference.change, 1 / difference.change) >= margin &&
                     extra >= terms.least_time &&
                     (!may_wait(syscall) || costs_in_all(a, b, difference.change));
  const std::vector<Histogram> low = with_calls(difference.change >= 1 ? a.latencies : b.latencies);
  const std::vector<Histogram> high =
      with_calls(difference.change >= 1 ? b.latencies : a.latencies);
  if (std::min(a.latency.bucketed(), b.latency.bucketed()) < kFewestForTail) {
    difference.asked = false;  // nobody can tell it of so few, and it may well be of no interest
    difference.untold = fmt::format("too few calls to tell: {} a side are needed", kFewestForTail);
    return difference;
  }
  if (std::min(low.size(), high.size()) < kFewestIntervals) {
    difference.untold = kTooFewIntervals;
    return difference;
  }
  if (!difference.large) {  // the bootstrap is not for free
    difference.chance = 1;
    return difference;
  }
  Random random(kSeed);
  int not_larger = 0;
  for (int i = 0; i < kResamples; ++i) {
    const double other = resampled_tail(low, random);
    if (resampled_tail(high, random) <= margin * other) ++not_larger;
  }
  difference.chance = std::min(1.0, 2.0 * (not_larger + 1) / (kResamples + 1));
  doubt(extra, terms, difference);
  return difference;
}

void ask_latencies(const Context& context, std::vector<Difference>& differences) {
  if (!context.calls || !context.latencies) return;
  LatencyTerms terms;
  terms.waiting = context.waiting;
  for (const auto& [name, before] : context.a.by_call) {
    const auto found = context.b.by_call.find(name);
    if (found == context.b.by_call.end() || is_wait(name)) continue;
    const Call& after = found->second;
    Difference whole = compare_latency(name, before, after, terms);
    Difference tail = compare_tail(name, before, after, terms);
    if (std::abs(before.error_share() - after.error_share()) >= kOtherMix)
      for (Difference* each : {&whole, &tail}) {
        each->chance.reset();
        each->untold = "another share of its calls fails, and these take another time";
      }
    tail.told_by = {whole.key};
    differences.push_back(std::move(whole));
    differences.push_back(std::move(tail));
  }
}

}  // namespace debug_process::compare
