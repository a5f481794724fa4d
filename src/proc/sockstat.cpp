// SPDX-License-Identifier: Apache-2.0
#include "proc/sockstat.h"

#include "proc/text.h"

namespace debug_process::proc {

// sockets: used 151
// TCP: inuse 5 orphan 0 tw 3 alloc 8 mem 1
Result<Sockstat> parse_sockstat(std::string_view text) {
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields fields(line);
    if (fields.next() != "TCP:") continue;
    std::optional<std::uint64_t> in_use;
    std::optional<std::uint64_t> time_wait;
    for (std::string_view key = fields.next(); !key.empty(); key = fields.next()) {
      const auto value = to_number<std::uint64_t>(fields.next());
      if (key == "inuse") in_use = value;
      if (key == "tw") time_wait = value;
    }
    if (in_use && time_wait) return Sockstat{*in_use, *time_wait};
  }
  return malformed("sockstat", lines.number(), "no line of TCP, or one without inuse and tw");
}

}  // namespace debug_process::proc
