// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"
#include "sections/intervals/facts.h"

namespace debug_process::sections::intervals {

[[nodiscard]] report::Section present(const Facts& facts);

}  // namespace debug_process::sections::intervals
