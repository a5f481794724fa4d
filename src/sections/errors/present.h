// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"
#include "sections/errors/facts.h"

namespace debug_process::sections::errors {

[[nodiscard]] report::Section present(const Facts& facts);

}  // namespace debug_process::sections::errors
