// SPDX-License-Identifier: Apache-2.0
#include "proc/statm.h"

#include <unistd.h>

#include "proc/text.h"

namespace debug_process::proc {

Result<Bytes> parse_statm_resident(std::string_view text) {
  Fields fields(trim(text));
  fields.skip(1);  // size
  const auto pages = to_number<std::uint64_t>(trim(fields.next()));
  if (!pages) return malformed("statm", 1, "the second field is no number");
  return Bytes{*pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

}  // namespace debug_process::proc
