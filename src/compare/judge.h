// From answers to verdicts: what is no accident, what matters, and what is told by another
// difference already.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compare/difference.h"

namespace debug_process::compare {

// Sets verdict and why of each, and sorts: worse, changed and better first, biggest first.
void judge(std::vector<Difference>& differences);

}  // namespace debug_process::compare
