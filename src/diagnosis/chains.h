// Which findings are effects of others. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diagnosis/rule.h"

namespace debug_process::diagnosis {

// Where a cause and its effect are both found, the effect is no finding of its own: the cause names
// it, has its evidence, and is as severe as the more severe of the two.
void merge_chains(const Facts& facts, std::vector<Finding>& findings);

}  // namespace debug_process::diagnosis
