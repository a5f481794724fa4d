// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sections/errors/facts.h"
#include "sections/filter.h"
#include "trace/activity.h"

namespace debug_process::sections::errors {

// `activity` is null when nothing traced; `why_untraced` then says why.
[[nodiscard]] Facts gather(const trace::Activity* activity, const std::string& why_untraced,
                           const Filter& filter = {});

}  // namespace debug_process::sections::errors
