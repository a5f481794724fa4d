// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report.h"
#include "sections/sockets/facts.h"

namespace debug_process::sections::sockets {

[[nodiscard]] report::Section present(const Facts& facts);

}  // namespace debug_process::sections::sockets
