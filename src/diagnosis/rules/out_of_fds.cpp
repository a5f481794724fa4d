// open, socket, accept... fail because no descriptor is left. Any such failure counts.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

std::optional<Finding> out_of_fds(const Facts& facts) {
  const auto own = failures(facts, {EMFILE});
  const auto system_wide = failures(facts, {ENFILE});
  if (own.empty() && system_wide.empty()) return std::nullopt;

  const ErrorRow& worst = own.empty() ? *system_wide.front() : *own.front();
  // Which file it was about does not matter: the next one would have failed as well.
  Finding finding{"",
                  Severity::critical,
                  fmt::format("out of file descriptors: {} failed {} with {}", worst.syscall,
                              counted(worst.calls, "time"), worst.error),
                  "",
                  {},
                  ""};
  for (const ErrorRow* row : own) finding.evidence.push_back(cite(*row));
  for (const ErrorRow* row : system_wide) finding.evidence.push_back(cite(*row));
  if (own.empty()) {
    finding.explanation =
        "The whole system has no open file left to give (ENFILE). Other programs fail in "
        "the same way.";
    finding.next_step = "sysctl fs.file-nr shows use and limit; find who holds them: ls /proc/*/fd";
    return finding;
  }
  finding.evidence.push_back({"files.open", report::to_value(facts.files.open)});
  finding.evidence.push_back({"files.limit_soft", report::to_value(facts.files.limit_soft)});
  finding.explanation =
      "What cannot be opened or accepted fails. Clients that connect wait in the backlog.";
  const std::string limit =
      facts.wait_status ? "raise the limit before the next start: ulimit -n (systemd: LimitNOFILE=)"
                        : fmt::format(
                              "raise the limit now: prlimit --pid {} --nofile=SOFT:HARD "
                              "(systemd: LimitNOFILE=)",
                              facts.process.pid);
  finding.next_step =
      limit + "; then find what is not closed in the tables of open files and sockets";
  return finding;
}

}  // namespace debug_process::diagnosis
