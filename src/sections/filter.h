// Which system calls count, as the user asked: -e SET and -Z.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "trace/trace_set.h"

namespace debug_process::sections {

struct Filter {
  trace::TraceSet calls;
  bool failed_only = false;

  [[nodiscard]] bool is_all() const { return calls.is_all() && !failed_only; }
  // As on the command line: "-e file -Z"; empty when all calls count.
  [[nodiscard]] std::string text() const {
    std::string text = calls.is_all() ? "" : "-e " + calls.text();
    if (failed_only) text += text.empty() ? "-Z" : " -Z";
    return text;
  }
};

}  // namespace debug_process::sections
