// SPDX-License-Identifier: Apache-2.0
#include "proc/uptime.h"

#include "proc/text.h"

namespace debug_process::proc {

Result<std::chrono::nanoseconds> parse_uptime(std::string_view text) {
  const auto seconds = to_double(Fields(text).next());
  if (!seconds || !(*seconds >= 0 && *seconds < 9e9))
    return malformed("uptime", 1, "no number of seconds");
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(*seconds));
}

}  // namespace debug_process::proc
