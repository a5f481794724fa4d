// SPDX-License-Identifier: Apache-2.0
#include "proc/schedstat.h"

#include "proc/text.h"

namespace debug_process::proc {

Result<Schedstat> parse_schedstat(std::string_view text) {
  std::string_view line;
  if (!Lines(text).next(line)) return malformed("schedstat", 1, "empty");
  Fields fields(line);
  const auto on_cpu = to_number<std::int64_t>(fields.next());
  const auto run_delay = to_number<std::int64_t>(fields.next());
  const auto timeslices = to_number<std::uint64_t>(fields.next());
  if (!on_cpu || !run_delay || !timeslices) return malformed("schedstat", 1, "not three numbers");
  return Schedstat{std::chrono::nanoseconds(*on_cpu), std::chrono::nanoseconds(*run_delay),
                   *timeslices};
}

}  // namespace debug_process::proc
