// From what was seen in slices of the window to all of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trace/activity.h"

namespace debug_process::trace {

// What counts and times have to be multiplied by.
struct Factors {
  double all = 1;
  double reads_writes = all;  // calls that the kernel keeps account of: read_write_calls.h
  double others = all;
};

// Multiplies every count and every sum of times, by the factor of its calls where they are of one
// kind; leaves shortest, longest and quantiles. Marks the counts as scaled.
void scale(Activity& activity, const Factors& factors);

}  // namespace debug_process::trace
