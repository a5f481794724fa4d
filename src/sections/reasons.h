// Why something could not be read, in words for the report: one voice for all sections.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string>

#include "proc/procfs.h"
#include "util/result.h"

namespace debug_process::sections {

inline constexpr const char* kEnded = "the process had ended";

[[nodiscard]] inline bool is_refused(const Error& error) {
  return error.errno_value == EACCES || error.errno_value == EPERM;
}

// `what` is what the report lacks for it: "open files".
[[nodiscard]] inline std::string reason_for(const std::string& what, const Error& error) {
  if (proc::is_gone(error)) return kEnded;
  if (is_refused(error)) {
    return what +
           ": permission denied: needs the same user, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH: "
           "run with sudo";
  }
  std::string text = what + ": " + error.message();
  if (!error.hint.empty()) text += ": " + error.hint;
  return text;
}

}  // namespace debug_process::sections
