// SPDX-License-Identifier: Apache-2.0
#include "compare/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace debug_process::compare {
namespace {

// The exact distribution costs n^2 times the sum of all ranks: beyond this the normal approximation
// is as good.
constexpr std::size_t kMostForExact = 40;

// Twice the rank of each of all values (a's, then b's), so that ties have whole numbers too.
std::vector<std::size_t> doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t x, std::size_t y) { return values[x] < values[y]; });
  std::vector<std::size_t> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = begin + end + 1;
    begin = end;
  }
  return ranks;
}

// The share of all choices of `size` ranks whose sum is at least `sum`.
double exact_tail(const std::vector<std::size_t>& ranks, std::size_t size, std::size_t sum) {
  const std::size_t all = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  // ways[k][s]: choices of k ranks with the sum s.
  std::vector<std::vector<double>> ways(size + 1, std::vector<double>(all + 1, 0));
  ways[0][0] = 1;
  for (const std::size_t rank : ranks)
    for (std::size_t k = size; k > 0; --k)
      for (std::size_t s = all; s >= rank; --s) ways[k][s] += ways[k - 1][s - rank];
  const auto& chosen = ways[size];
  const auto first = chosen.begin() + static_cast<std::ptrdiff_t>(std::min(sum, all));
  return std::accumulate(first, chosen.end(), 0.0) /
         std::accumulate(chosen.begin(), chosen.end(), 0.0);
}

double approximate_tail(const std::vector<std::size_t>& ranks, std::size_t size, std::size_t sum) {
  const auto n = static_cast<double>(ranks.size());
  const auto chosen = static_cast<double>(size);
  const double mean = chosen * (n + 1) / 2;
  double squares = 0;  // of the ranks' distances from their middle: ties make it less
  for (const std::size_t rank : ranks)
    squares += std::pow(static_cast<double>(rank) / 2 - (n + 1) / 2, 2);
  const double variance = chosen * (n - chosen) * squares / (n * (n - 1));
  if (variance <= 0) return 1;
  return normal_tail((static_cast<double>(sum) / 2 - 0.5 - mean) / std::sqrt(variance));
}

// P(X >= k) of n trials with chance p each.
double binomial_tail(double k, double n, double p) {
  if (k <= 0) return 1;
  if (k > n) return 0;
  double tail = 0;
  for (double i = k; i <= n; ++i) {
    const double term = std::exp(std::lgamma(n + 1) - std::lgamma(i + 1) - std::lgamma(n - i + 1) +
                                 i * std::log(p) + (n - i) * std::log1p(-p));
    tail += term;
    if (i > n * p && term < tail * 1e-12) break;
  }
  return std::min(tail, 1.0);
}

}  // namespace

double chance_of_larger(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 1;
  std::vector<double> values(a.begin(), a.end());
  values.insert(values.end(), b.begin(), b.end());
  const std::vector<std::size_t> ranks = doubled_ranks(values);
  const std::size_t sum = std::accumulate(ranks.begin() + static_cast<std::ptrdiff_t>(a.size()),
                                          ranks.end(), std::size_t{0});
  return values.size() <= kMostForExact ? exact_tail(ranks, b.size(), sum)
                                        : approximate_tail(ranks, b.size(), sum);
}

double chance_of_more(double count_a, double time_a, double count_b, double time_b, double ratio) {
  const double all = std::floor(count_a + count_b);
  if (all <= 0 || time_a <= 0 || time_b <= 0) return 1;
  const double share_of_b = ratio * time_b / (time_a + ratio * time_b);
  constexpr double kMostForExactBinomial = 100'000;
  if (all <= kMostForExactBinomial) return binomial_tail(std::floor(count_b), all, share_of_b);
  const double deviation = std::sqrt(all * share_of_b * (1 - share_of_b));
  return normal_tail((count_b - 0.5 - all * share_of_b) / deviation);
}

double normal_tail(double z) {
  return std::erfc(z / std::sqrt(2.0)) / 2;
}

std::vector<bool> reject(std::span<const double> chances, double share) {
  std::vector<double> sorted(chances.begin(), chances.end());
  std::sort(sorted.begin(), sorted.end());
  double limit = -1;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double allowed = share * static_cast<double>(i + 1) / static_cast<double>(sorted.size());
    if (sorted[i] <= allowed) limit = sorted[i];
  }
  std::vector<bool> rejected;
  rejected.reserve(chances.size());
  for (const double chance : chances) rejected.push_back(chance <= limit);
  return rejected;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace debug_process::compare
