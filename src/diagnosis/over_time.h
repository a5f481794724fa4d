// What the intervals of the window say: what is so in most of them is no accident, and what grows
// in each of them goes on growing. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "diagnosis/measure.h"

namespace debug_process::diagnosis {

// Of fewer, "in each of them" is soon said.
inline constexpr std::size_t kFewestIntervals = 4;

// By how much something grew, if it grew in each interval and did not slow down: what fills up, or
// warms up, grows ever less.
[[nodiscard]] std::optional<std::uint64_t> steady_growth(const std::vector<std::uint64_t>& values);

// How many were open at the window's start and at each interval's end; empty: not known throughout.
[[nodiscard]] std::vector<std::uint64_t> open_files_over_time(const Facts& facts);
// RSS in bytes at each interval's end; empty: not known throughout.
[[nodiscard]] std::vector<std::uint64_t> rss_over_time(const Facts& facts);

}  // namespace debug_process::diagnosis
