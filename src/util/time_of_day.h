// Times of day as text, the other way round: format_time (units.h) writes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace debug_process {

// RFC 3339 in UTC, "2026-01-31T23:59:59.123Z"; nullopt for anything else, and before 1678 or
// after 2261. Below a millisecond is cut off.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_time(
    std::string_view text);

}  // namespace debug_process
