// The process with hostile names in tests/fixtures/proc, and its odd neighbours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "report/report.h"
#include "sections/source.h"

namespace debug_process::sections {

using report::is_unknown;

inline constexpr pid_t kHostile = 4242;
inline constexpr pid_t kZombieLeader = 77;
inline constexpr pid_t kKernelThread = 2;
inline constexpr pid_t kEnding = 88;  // has left its memory and its cgroup
inline constexpr pid_t kNobody = 31337;
inline constexpr pid_t kInV2 = 5100;  // with swap, huge pages, an arena and a real-time thread
inline constexpr pid_t kInV1 = 5200;
inline constexpr pid_t kHybrid = 5300;  // and without schedstat

inline Source fixture_source(pid_t pid, const std::string& cgroups = "hybrid") {
  Source source;
  source.pid = pid;
  source.procfs = proc::Procfs(DEBUG_PROCESS_TESTS_DIR "/fixtures/proc");
  source.cgroup_root = std::string(DEBUG_PROCESS_TESTS_DIR "/fixtures/cgroup/") + cgroups;
  return source;
}

// Unknown when there is no such metric.
inline report::Value metric(const report::Section& section, const std::string& key) {
  const auto& metrics = section.metrics;
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&key](const auto& metric) { return metric.key == key; });
  return found == metrics.end() ? report::Value("no such metric") : found->value;
}

// Throws when there is no such table.
inline const report::Table& table(const report::Section& section, const std::string& id) {
  const auto& tables = section.tables;
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&id](const auto& table) { return table.id == id; });
  if (found == tables.end()) throw std::runtime_error("no table " + id);
  return *found;
}

// Each row is as long as the columns, and no key comes twice.
inline bool is_well_formed(const report::Section& section) {
  std::vector<std::string> keys;
  for (const auto& metric : section.metrics) keys.push_back(metric.key);
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return false;
  for (const auto& table : section.tables) {
    for (const auto& row : table.rows) {
      if (row.size() != table.columns.size()) return false;
    }
  }
  return (section.status == report::Status::complete) == section.reason.empty();
}

}  // namespace debug_process::sections
