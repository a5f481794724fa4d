// From what was seen in slices of the window to all of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "trace/activity.h"

namespace debug_process::trace {

// One thread, as far as it was watched.
struct Exposure {
  std::uint64_t calls = 0;
  std::chrono::nanoseconds watched{0};  // how long calls of it were seen
  std::chrono::nanoseconds window{0};   // how long it was there in the window
  // Share of the time that it had or wanted a CPU; nullopt: unknown, taken as all of it.
  std::optional<double> busy;
};

// By how much what was seen has to be multiplied. While watched, a thread that wants the CPU all
// the time makes fewer calls, by what each costs it; one that has idle time makes up for it there.
// 1 when there is nothing to go by.
[[nodiscard]] double scale_factor(std::span<const Exposure> threads,
                                  std::optional<std::chrono::nanoseconds> cost_per_call);

// Multiplies every count and every sum of times; leaves shortest, longest and quantiles. Marks the
// counts as scaled.
void scale(Activity& activity, double factor);

}  // namespace debug_process::trace
