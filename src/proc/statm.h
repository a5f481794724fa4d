// /proc/PID/statm: proc(5), the kernel's proc_pid_statm(). Cheap: no lock, no walk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// "7730 2215 1489 6 0 1209 0", in pages: the second is resident. Of a zombie all are 0.
[[nodiscard]] Result<Bytes> parse_statm_resident(std::string_view text);

}  // namespace debug_process::proc
