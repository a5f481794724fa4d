// What was done with the files in the window.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/files/facts.h"
#include "sections/filter.h"
#include "trace/activity.h"

namespace debug_process::sections::files {

// After the window. `activity` is null where nothing traced.
void add_io(const trace::Activity* activity, const Filter& filter, Facts& facts);

}  // namespace debug_process::sections::files
