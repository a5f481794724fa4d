// From what was seen in slices of the window to all of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "trace/activity.h"

namespace debug_process::trace {

// What counts and times have to be multiplied by, at least 1.
struct Factors {
  double all = 1;
  // Of calls that the kernel keeps account of (read_write_calls.h), where that is another one.
  std::optional<double> reads_writes{};
};

// Multiplies every count and every sum of times; leaves shortest, longest and quantiles. Marks the
// counts as scaled. Where reads and writes have a factor of their own all others are multiplied by
// what brings the calls together to as many as one factor for all would: one less than 1 would be
// no mending, and is not used, nor the one of reads and writes then.
void scale(Activity& activity, const Factors& factors);

}  // namespace debug_process::trace
