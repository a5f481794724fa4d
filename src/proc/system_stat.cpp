// SPDX-License-Identifier: Apache-2.0
#include "proc/system_stat.h"

#include "proc/text.h"

namespace debug_process::proc {

Result<SystemStat> parse_system_stat(std::string_view text) {
  SystemStat stat;
  bool has_boot_time = false;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    const std::string_view key = fields.next();
    if (key.starts_with("cpu") && key.size() > 3) ++stat.cpus;
    if (key != "btime") continue;
    const auto seconds = to_number<std::int64_t>(fields.next());
    constexpr auto kLast = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::system_clock::duration::max());
    if (!seconds || *seconds < 0 || *seconds > kLast.count())
      return malformed("stat", lines.number(), "btime is no number of seconds");
    stat.boot_time = std::chrono::system_clock::time_point(std::chrono::seconds(*seconds));
    has_boot_time = true;
  }
  if (!has_boot_time) return malformed("stat", lines.number(), "no btime");
  return stat;
}

}  // namespace debug_process::proc
