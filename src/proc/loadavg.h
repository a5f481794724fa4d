// /proc/loadavg: proc(5), the kernel's loadavg_proc_show().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

struct Loadavg {
  double one = 0;  // minute
  double five = 0;
  double fifteen = 0;
};

// "0.20 0.18 0.12 1/80 11206"
[[nodiscard]] Result<Loadavg> parse_loadavg(std::string_view text);

}  // namespace debug_process::proc
