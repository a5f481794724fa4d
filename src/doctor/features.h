// Which of the things that a kernel may lack are there: by trying, on a child of our own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "doctor/facts.h"

namespace debug_process::doctor {

// `child` sleeps in a system call, and nobody needs it undisturbed.
[[nodiscard]] std::vector<Feature> try_features(pid_t child);

// Of what is mounted below `root`: 1 or 2.
[[nodiscard]] std::optional<int> cgroup_version(const std::string& root = "/sys/fs/cgroup");

}  // namespace debug_process::doctor
