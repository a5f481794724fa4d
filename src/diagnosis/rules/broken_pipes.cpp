// Peers leave before they have been answered.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"
#include "diagnosis/waits.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kPerSecond = 1;
constexpr double kShareOfSends = 0.01;
constexpr std::uint64_t kFewest = 3;  // one or two are a client that has gone, in any window

}  // namespace

std::optional<Finding> broken_pipes(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  const auto rows = failures(facts, {EPIPE, ECONNRESET});
  if (rows.empty()) return std::nullopt;
  const std::uint64_t broken = count(rows);
  if (broken < kFewest) return std::nullopt;
  const CallTotals sends = calls_of(
      facts, {"write", "writev", "send", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice"});
  const bool often = per_second(broken, facts) >= kPerSecond;
  const bool large_share =
      counts_all_calls(facts) && sends.calls >= kFewestEvents &&
      static_cast<double>(broken) >= kShareOfSends * static_cast<double>(sends.calls);
  if (!often && !large_share) return std::nullopt;
  const auto* const file = find_file(facts, rows.front()->fd);
  if (file != nullptr && file->type == "pipe")
    return Finding{"",
                   Severity::warning,
                   fmt::format("nobody reads any more: {}, {} in all", describe(*rows.front()),
                               format_count(broken)),
                   "A pipe without a reader: what is written to it is lost, and the process goes "
                   "on writing.",
                   {cite(*rows.front())},
                   "find out who was to read it (the next of a pipeline, a child, a logger) and "
                   "why that has ended"};
  return Finding{
      "",
      Severity::warning,
      fmt::format("peers hang up: {}, {} in all", describe(*rows.front()), format_count(broken)),
      "Some clients always leave early. So many have usually lost patience (a timeout on "
      "their side) or been cut off by something in between.",
      {cite(*rows.front())},
      "compare the peers' timeouts, and those of proxies on the way, with the latencies "
      "here"};
}

}  // namespace debug_process::diagnosis
