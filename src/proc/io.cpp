// SPDX-License-Identifier: Apache-2.0
#include "proc/io.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {

// rchar: 10163
// wchar: 3187
// syscr: 18
// syscw: 4
// read_bytes: 0
// write_bytes: 4096
// cancelled_write_bytes: 0
Result<Io> parse_io(std::string_view text) {
  Io io;
  int found = 0;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("io", lines.number(), "no colon");
    const std::string_view key = line.substr(0, colon);
    const auto value = to_number<std::uint64_t>(trim(line.substr(colon + 1)));
    if (!value) return malformed("io", lines.number(), fmt::format("{} is no number", key));
    ++found;
    if (key == "rchar")
      io.read_calls_bytes = {*value};
    else if (key == "wchar")
      io.written_calls_bytes = {*value};
    else if (key == "syscr")
      io.read_calls = *value;
    else if (key == "syscw")
      io.write_calls = *value;
    else if (key == "read_bytes")
      io.storage_read = {*value};
    else if (key == "write_bytes")
      io.storage_written = {*value};
    else if (key == "cancelled_write_bytes")
      io.cancelled_write = {*value};
    else
      --found;
  }
  if (found != 7) return malformed("io", lines.number(), "not all seven counters");
  return io;
}

}  // namespace debug_process::proc
