// SPDX-License-Identifier: Apache-2.0
#include "proc/meminfo.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {

Result<Meminfo> parse_meminfo(std::string_view text) {
  Meminfo meminfo;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("meminfo", lines.number(), "no colon");
    const std::string_view key = line.substr(0, colon);
    std::optional<Bytes>* const target = key == "MemTotal"       ? &meminfo.total
                                         : key == "MemAvailable" ? &meminfo.available
                                         : key == "SwapTotal"    ? &meminfo.swap_total
                                         : key == "SwapFree"     ? &meminfo.swap_free
                                                                 : nullptr;
    if (target == nullptr) continue;
    *target = to_bytes_from_kb(line.substr(colon + 1));
    if (!*target)
      return malformed("meminfo", lines.number(), fmt::format("{} is no number of kB", key));
  }
  return meminfo;
}

}  // namespace debug_process::proc
