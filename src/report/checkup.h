// What `doctor` finds: what could be seen of a process here, what stands in the way, and what to
// do. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "report/report.h"

namespace debug_process::report {

struct Remedy {
  std::string title;
  std::string explanation;
  std::vector<std::string> commands;  // any of them; each on one line, ready to paste
};

struct Checkup {
  std::string tool_version;
  std::string host;
  std::string kernel;
  std::string arch;
  std::optional<std::int64_t> pid;     // nullopt: a process of the tool's own stood for any
  std::string subject;                 // the process, in words
  std::optional<std::string> backend;  // what `auto` would take; nullopt: none works
  std::string verdict;                 // one sentence, the first line
  std::vector<Remedy> remedies;        // most useful first; empty: nothing is missing
  std::vector<Section> sections;       // tables; the last column of each is prose
};

}  // namespace debug_process::report
