// Quantities with their units, and the words people read for them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

namespace debug_process {

struct Bytes {
  std::uint64_t value = 0;
  friend auto operator<=>(const Bytes&, const Bytes&) = default;
  friend Bytes operator+(Bytes a, Bytes b) { return {a.value + b.value}; }
  friend Bytes operator-(Bytes a, Bytes b) { return {a.value - b.value}; }
  Bytes& operator+=(Bytes other) {
    value += other.value;
    return *this;
  }
};

// A share: 1.0 is the whole. For CPU use, 1.0 is one CPU.
struct Ratio {
  double value = 0;
  friend auto operator<=>(const Ratio&, const Ratio&) = default;
};

// Events per second.
struct Rate {
  double value = 0;
  friend auto operator<=>(const Rate&, const Rate&) = default;
};

[[nodiscard]] constexpr Bytes kibibytes(std::uint64_t n) {
  return {n * 1024};
}

// Binary multiples under the short names that top, ps and free use: "156 MB", "1.2 GB", "512 B".
// Three significant digits at most.
[[nodiscard]] std::string format_bytes(Bytes bytes);

// "4.1 ms", "231 ns", "5.00 s", "2m 5s", "3d 4h": three significant digits below a minute.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

// "12.3%", "0.4%", "100%".
[[nodiscard]] std::string format_ratio(Ratio ratio);

// "111k/s", "12.5/s", "0/s".
[[nodiscard]] std::string format_rate(Rate rate);

// Thousands are grouped with commas: "1,000,000".
[[nodiscard]] std::string format_count(std::uint64_t count);

// The command line's TIME: "5", "0.5", "500ms", "2s", "1m"; a number alone is seconds.
// Fails on anything else, on zero, on a negative and on more than 24 hours; the error's detail says
// which.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

// RFC 3339 in UTC with milliseconds: "2026-01-31T23:59:59.123Z".
[[nodiscard]] std::string format_time(std::chrono::system_clock::time_point time);

}  // namespace debug_process
