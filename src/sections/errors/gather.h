// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sections/errors/facts.h"
#include "trace/activity.h"

namespace debug_process::sections::errors {

// `activity` is null when nothing traced; `why_untraced` then says why.
[[nodiscard]] Facts gather(const trace::Activity* activity, const std::string& why_untraced);

}  // namespace debug_process::sections::errors
