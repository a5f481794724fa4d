// What a run of the tool must not leave behind: a target that is stopped or traced, objects in the
// kernel. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "e2e/harness.h"

namespace debug_process::e2e {

// "State:\tS (sleeping)" for "State"; empty when there is no such process or line.
[[nodiscard]] std::string status_line(pid_t pid, const std::string& key);

// /proc/PID/task/TID of each thread; none when there is no such process.
[[nodiscard]] std::vector<std::filesystem::path> tasks_of(pid_t pid);

// How much the workload `counter` has done so far.
[[nodiscard]] unsigned long ask_count(Workload& counter);

// It is neither stopped nor traced, and counts on.
void expect_goes_on(Workload& counter);

// Object ids, as "prog 12", that a process holds through its descriptors.
[[nodiscard]] std::set<std::string> bpf_objects_of(pid_t pid);

// All of the machine's. Needs bpftool, by its path.
[[nodiscard]] std::set<std::string> bpf_objects_of_machine(const std::string& bpftool);

// Waits for it: the kernel frees what is no longer used after a grace period of its own.
void expect_gone(const std::set<std::string>& objects, const std::string& bpftool);

}  // namespace debug_process::e2e
