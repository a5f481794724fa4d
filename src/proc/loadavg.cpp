// SPDX-License-Identifier: Apache-2.0
#include "proc/loadavg.h"

#include "proc/text.h"

namespace debug_process::proc {

Result<Loadavg> parse_loadavg(std::string_view text) {
  Fields fields(text);
  const auto one = to_double(fields.next());
  const auto five = to_double(fields.next());
  const auto fifteen = to_double(fields.next());
  if (!one || !five || !fifteen) return malformed("loadavg", 1, "not three numbers");
  return Loadavg{*one, *five, *fifteen};
}

}  // namespace debug_process::proc
