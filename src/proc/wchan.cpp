// SPDX-License-Identifier: Apache-2.0
#include "proc/wchan.h"

#include "proc/text.h"

namespace debug_process::proc {

std::optional<std::string> parse_wchan(std::string_view text) {
  std::string_view line;
  Lines(text).next(line);
  if (line.empty() || line == "0") return std::nullopt;
  return std::string(line);
}

}  // namespace debug_process::proc
