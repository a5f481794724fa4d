// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report/report.h"
#include "sections/disk/facts.h"

namespace debug_process::sections::disk {

// "is it me or the box", in a line.
[[nodiscard]] std::string verdict(const Facts& facts);

[[nodiscard]] report::Section present(const Facts& facts);

}  // namespace debug_process::sections::disk
