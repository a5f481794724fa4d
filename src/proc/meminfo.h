// /proc/meminfo: proc(5), the kernel's meminfo_proc_show().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

struct Meminfo {
  std::optional<Bytes> total;
  std::optional<Bytes> available;  // since Linux 3.14
  std::optional<Bytes> swap_total;
  std::optional<Bytes> swap_free;
};

// "MemTotal:       24678060 kB"
[[nodiscard]] Result<Meminfo> parse_meminfo(std::string_view text);

}  // namespace debug_process::proc
