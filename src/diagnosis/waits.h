// Who waits, for how long, and for which open file or socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "diagnosis/measure.h"

namespace debug_process::diagnosis {

using InFlight = sections::syscalls::InFlight;

// Calls of these names that were under way when the window ended, and had been for `at_least`:
// the longest first.
[[nodiscard]] std::vector<const InFlight*> long_calls(const Facts& facts, Names names,
                                                      std::chrono::nanoseconds at_least);

// The descriptor that the thread waits for; nullopt: not known, or several.
[[nodiscard]] std::optional<int> descriptor_of(const Facts& facts, const InFlight& call);
[[nodiscard]] const sections::files::File* find_file(const Facts& facts, std::optional<int> fd);
[[nodiscard]] const sections::sockets::Socket* find_socket(const Facts& facts,
                                                           std::optional<int> fd);

// What of a call's time lies within the window.
[[nodiscard]] std::chrono::nanoseconds within_window(const Facts& facts, const InFlight& call);

// How many values of the histogram lie in buckets from `low` on and below `high`. A bucket belongs
// where its middle is.
[[nodiscard]] std::uint64_t count_between(const Histogram& histogram, std::chrono::nanoseconds low,
                                          std::chrono::nanoseconds high);

}  // namespace debug_process::diagnosis
