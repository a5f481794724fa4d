// What this machine, this user and this kernel allow, why not more, and what to do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "doctor/facts.h"
#include "report/checkup.h"
#include "util/result.h"

namespace debug_process::doctor {

struct Options {
  std::optional<pid_t> pid;        // nullopt: a child of our own
  std::optional<std::string> btf;  // as --btf
};

// Tries each backend and each section on the process, without watching it: BPF programs are
// attached and detached, ptrace seizes the threads and lets go of them without a stop. Call while
// the tool has one thread. ESRCH: there is no such process.
[[nodiscard]] Result<Facts> examine(const Options& options);

// Pure.
[[nodiscard]] report::Checkup present(const Facts& facts);

}  // namespace debug_process::doctor
