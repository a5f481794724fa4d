// /proc/PID/io: proc(5), the kernel's do_io_accounting().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

// Since the process began, of all its threads, ended ones included.
struct Io {
  Bytes read_calls_bytes;  // handed over by read(2) and its like, whatever they came from
  Bytes written_calls_bytes;
  std::uint64_t read_calls = 0;
  std::uint64_t write_calls = 0;
  Bytes storage_read;     // caused to be fetched from storage
  Bytes storage_written;  // caused to be sent to storage: dirtied pages, at the time of dirtying
  Bytes cancelled_write;  // of those, thrown away before they were written
};

[[nodiscard]] Result<Io> parse_io(std::string_view text);

}  // namespace debug_process::proc
