// The tests that a comparison rests on. Each asks whether b is larger than a by more than what
// would not matter, and answers with the chance of such data if it were not: small is convincing.
// Exact where the numbers are small. All are one-sided. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace debug_process::compare {

// Mann-Whitney: that the values of `b` tend to be larger than those of `a`. Ties count half. 1
// where either is empty.
[[nodiscard]] double chance_of_larger(std::span<const double> a, std::span<const double> b);

// That events came more than `ratio` times as often in b as in a: of count_a in time_a and count_b
// in time_b, whose sum is taken as given (the conditional binomial test). Counts need not be whole.
[[nodiscard]] double chance_of_more(double count_a, double time_a, double count_b, double time_b,
                                    double ratio);

// P(Z >= z) of a standard normal variable.
[[nodiscard]] double normal_tail(double z);

// Benjamini-Hochberg: which of these hypotheses to reject, so that at most `share` of those
// rejected are expected to be wrong.
[[nodiscard]] std::vector<bool> reject(std::span<const double> chances, double share);

[[nodiscard]] double median(std::vector<double> values);

// Random numbers that are the same in every run: a comparison of the same files says the same.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // 0 <= index < size, which must not be 0
  [[nodiscard]] std::size_t index(std::size_t size) {
    return static_cast<std::size_t>(next() % size);
  }

 private:
  // splitmix64 (Steele, Lea, Flood 2014)
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace debug_process::compare
