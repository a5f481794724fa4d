// What the tracer saw of each process, with --follow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/process/facts.h"
#include "sections/source.h"
#include "trace/activity.h"

namespace debug_process::sections::process {

// Does nothing where only the target was watched.
void add_followed(const Source& source, const trace::Activity& activity, Facts& facts);

}  // namespace debug_process::sections::process
