// From what was seen in slices of the window to all of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trace/activity.h"

namespace debug_process::trace {

// Multiplies every count and every sum of times; leaves shortest, longest and quantiles. Marks the
// counts as scaled.
void scale(Activity& activity, double factor);

}  // namespace debug_process::trace
