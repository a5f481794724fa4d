// What the check-up found, before it is put into words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "report/report.h"
#include "trace/bpf/refusal.h"
#include "util/machine.h"
#include "util/result.h"

namespace debug_process::doctor {

// A backend, set up for the process and let go of at once.
struct Trial {
  std::string backend;
  std::optional<Error> refused;  // nullopt: it works
};

// Something that a kernel may have been built without, tried on a process of our own.
struct Feature {
  std::string key;
  std::string name;
  std::string needed_for;
  std::optional<Error> missing;  // nullopt: it is there
};

// A section of the report, as it would be now.
struct SectionState {
  std::string id;
  std::string title;
  report::Status status = report::Status::complete;
  std::string reason;
};

struct Facts {
  std::optional<pid_t> pid;  // nullopt: a child of our own stands for any process of ours
  std::string name;          // of the process; hostile text
  bool kernel_thread = false;
  std::string tool_path;  // of this very program
  Machine machine;
  std::optional<int> cgroup_version;  // nullopt: none is mounted where one is looked for
  trace::bpf::Circumstances circumstances;
  std::vector<Trial> trials;  // in the order that auto tries them
  std::vector<Feature> features;
  std::vector<SectionState> sections;
};

// The first that works: what auto takes.
[[nodiscard]] const Trial* best(const Facts& facts);
// nullptr: there is no such backend.
[[nodiscard]] const Trial* trial_of(const Facts& facts, std::string_view backend);

// What a backend gives, in words.
struct BackendWords {
  std::string_view name;
  bool sees_calls;
  std::string_view sees;     // of one that works
  std::string_view verdict;  // when it is the best there is
  // What the sections on system calls and on failed ones are then, and lack.
  report::Status calls;
  std::string_view calls_lack;
  report::Status errors;
  std::string_view errors_lack;
};

// Of an unknown backend: its name, and nothing promised.
[[nodiscard]] BackendWords words_for(std::string_view backend);

}  // namespace debug_process::doctor
