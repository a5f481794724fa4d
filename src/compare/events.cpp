// SPDX-License-Identifier: Apache-2.0
#include "compare/events.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "compare/statistics.h"

namespace debug_process::compare {
namespace {

constexpr const char* kTooFew = "too few intervals to tell: six a side, 3 s, are needed";
// In an interval, on average over both: below it most ranks are ties.
constexpr double kRare = 5;
// What no interval is known of is asked for a larger change, and never taken for steadier than
// this.
constexpr double kMarginOfTotals = 1.5;
constexpr double kLeastSpread = 0.05;

double mean(const std::vector<double>& values) {
  return values.empty() ? 0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

double variance(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double middle = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  return squares / static_cast<double>(values.size() - 1);
}

// How many times more the counts of intervals vary than independent events would; 1 unless that is
// more than chance makes of a handful of intervals (two standard errors).
double dispersion(const Events& events) {
  if (events.rates.size() < 2) return 1;
  const auto intervals = static_cast<double>(events.rates.size());
  const double seconds = events.seconds / intervals;
  const double expected = mean(events.rates) * seconds;
  if (expected <= 0) return 1;
  const double clumps = variance(events.rates) * seconds * seconds / expected;
  return clumps > 1 + 2 * std::sqrt(2 / (intervals - 1)) ? clumps : 1;
}

double chance_by_number(const Events& low, const Events& high, double margin) {
  const double clumps = std::max(dispersion(low), dispersion(high));
  return chance_of_more(low.count / clumps, low.seconds, high.count / clumps, high.seconds, margin);
}

std::vector<double> times(std::vector<double> values, double number) {
  for (double& value : values) value *= number;
  return values;
}

double of_both_sides(double chance) {
  return std::min(1.0, 2 * chance);
}

Difference begin(const Question& question, double before, double after) {
  Difference difference;
  difference.key = question.key;
  difference.what = question.what;
  difference.bad = question.bad;
  difference.part_of = question.part_of;
  difference.follows = question.follows;
  difference.change = factor(before, after);
  difference.delta = after - before;
  difference.asked = std::max(before, after) >= question.least;
  const double ratio = std::max(before, after) / std::max(std::min(before, after), 1e-300);
  difference.large = std::abs(difference.delta) >= question.least && ratio >= kLeastChange;
  return difference;
}

}  // namespace

double factor(double before, double after) {
  if (before == after) return 1;
  return before > 0 ? after / before : std::numeric_limits<double>::infinity();
}

Difference compare_events(const Question& question, const Events& a, const Events& b,
                          double margin) {
  Difference difference = begin(question, a.rate(), b.rate());
  difference.before = Rate{a.rate()};
  difference.after = Rate{b.rate()};
  const std::size_t intervals = std::min(a.rates.size(), b.rates.size());
  if (intervals < kFewestIntervals) {
    difference.untold = kTooFew;
    return difference;
  }
  const Events& low = a.rate() <= b.rate() ? a : b;
  const Events& high = a.rate() <= b.rate() ? b : a;
  const double in_an_interval =
      (a.count + b.count) / static_cast<double>(a.rates.size() + b.rates.size());
  difference.chance = of_both_sides(in_an_interval < kRare
                                        ? chance_by_number(low, high, margin)
                                        : chance_of_larger(times(low.rates, margin), high.rates));
  return difference;
}

Difference compare_totals(const Question& question, const Events& a, const Events& b,
                          const Context& context) {
  Difference difference = begin(question, a.rate(), b.rate());
  difference.before = Rate{a.rate()};
  difference.after = Rate{b.rate()};
  const auto spread = [](const Capture& capture) {
    const double level = mean(capture.calls.rates);
    const double relative = level > 0 ? std::sqrt(variance(capture.calls.rates)) / level : 1;
    return std::max(kLeastSpread,
                    relative / std::sqrt(static_cast<double>(capture.calls.rates.size())));
  };
  if (std::min(context.a.calls.rates.size(), context.b.calls.rates.size()) < kFewestIntervals) {
    difference.untold = kTooFew;
    return difference;
  }
  const double low = std::min(a.rate(), b.rate());
  const double high = std::max(a.rate(), b.rate());
  // One event, so that a logarithm is there where nothing happened.
  const double one = 1 / std::max(1e-9, std::min(a.seconds, b.seconds));
  const double error = std::sqrt(std::pow(spread(context.a), 2) + std::pow(spread(context.b), 2) +
                                 1 / std::max(1.0, a.count) + 1 / std::max(1.0, b.count));
  difference.chance = of_both_sides(normal_tail(
      (std::log((high + one) / (low + one)) - std::log(kMarginOfTotals * context.pace_margin)) /
      error));
  return difference;
}

Difference compare_samples(const Question& question, const std::vector<double>& a,
                           const std::vector<double>& b, double before, double after,
                           double margin) {
  Difference difference = begin(question, before, after);
  if (std::min(a.size(), b.size()) < kFewestIntervals) {
    difference.untold = kTooFew;
    return difference;
  }
  difference.chance = of_both_sides(after >= before ? chance_of_larger(times(a, margin), b)
                                                    : chance_of_larger(times(b, margin), a));
  return difference;
}

}  // namespace debug_process::compare
