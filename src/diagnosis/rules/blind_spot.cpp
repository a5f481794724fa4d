// Work that is done without system calls of its own is not seen here, and that has to be said.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

std::optional<Finding> blind_spot(const Facts& facts) {
  const CallTotals uring = calls_of(facts, {"io_uring_enter", "io_uring_setup"});
  const CallTotals aio = calls_of(facts, {"io_submit", "io_getevents", "io_pgetevents"});
  const auto rings = facts.files.by_type.find("io_uring");
  const std::uint64_t open_rings = rings == facts.files.by_type.end() ? 0 : rings->second;
  if (uring.calls == 0 && aio.calls == 0 && open_rings == 0) return std::nullopt;

  const bool by_uring = uring.calls > 0 || open_rings > 0;
  Finding finding{
      "",
      Severity::info,
      fmt::format("{} is in use: what goes through it is not in this report",
                  by_uring ? "io_uring" : "kernel AIO (io_submit)"),
      "Reads, writes, sends and receives are handed over in memory, many with one system "
      "call or with none. Counts, latencies and errors here are those of the other "
      "calls only.",
      {},
      by_uring ? "bpftrace or perf trace on the io_uring:* tracepoints"
               : "bpftrace on the block:* tracepoints, or iostat -x 1"};
  for (auto& cell : cite_calls(facts, {"io_uring_enter", "io_uring_setup", "io_submit",
                                       "io_getevents", "io_pgetevents"}))
    finding.evidence.push_back(std::move(cell));
  if (open_rings > 0)
    finding.evidence.push_back({"files.open", report::to_value(facts.files.open)});
  return finding;
}

}  // namespace debug_process::diagnosis
