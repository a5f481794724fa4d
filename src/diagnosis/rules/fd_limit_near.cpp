// Few descriptors are left under the soft limit.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kNear = 0.85;      // time enough to act before the first failure
constexpr double kVeryNear = 0.95;  // one burst of connections away from it

}  // namespace

std::optional<Finding> fd_limit_near(const Facts& facts) {
  if (!facts.files.open || !facts.files.limit_soft || *facts.files.limit_soft == 0) {
    return std::nullopt;
  }
  const std::uint64_t open = *facts.files.open;
  const std::uint64_t limit = *facts.files.limit_soft;
  const double used = static_cast<double>(open) / static_cast<double>(limit);
  if (used < kNear) return std::nullopt;
  return Finding{
      "",
      used >= kVeryNear ? Severity::critical : Severity::warning,
      fmt::format("{} of {} file descriptors used ({})", format_count(open), format_count(limit),
                  format_ratio({used})),
      "At the limit every open, socket and accept fails with EMFILE. Few programs handle that "
      "well.",
      {{"files.open", open}, {"files.limit_soft", limit}},
      fmt::format("see which kind grows in the table of open files; raise the limit: "
                  "prlimit --pid {} --nofile=SOFT:HARD",
                  facts.process.pid)};
}

}  // namespace debug_process::diagnosis
