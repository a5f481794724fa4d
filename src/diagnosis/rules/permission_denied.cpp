// The same call is refused for lack of permission, again and again.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

constexpr double kPerSecond = 1;  // less often it is a program that asks once and copes

// These ask whether something is allowed: "no" is an answer.
bool only_asks(const ErrorRow& row) {
  return row.syscall == "access" || row.syscall == "faccessat" || row.syscall == "faccessat2";
}

}  // namespace

std::optional<Finding> permission_denied(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  for (const ErrorRow* row : failures(facts, {EACCES, EPERM})) {
    if (only_asks(*row) || per_second(row->calls, facts) < kPerSecond) continue;
    return Finding{
        "",
        Severity::warning,
        "permission denied: " + describe(*row),
        "It is refused and tries again. What it is after does not get done meanwhile.",
        {cite(*row),
         {"process.uid",
          facts.process.uid ? report::Value(std::int64_t{*facts.process.uid}) : report::Value()}},
        "namei -l PATH for owners and modes; then capabilities, seccomp, SELinux or "
        "AppArmor (journalctl -k | grep -i denied)"};
  }
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
