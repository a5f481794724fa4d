// cpu.stat and cpu.max of a process's cgroup and of all above it -> facts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/source.h"
#include "sections/threads/facts.h"
#include "util/result.h"

namespace debug_process::sections::threads {

// Since the group began. A group without a quota has no periods.
struct QuotaSample {
  std::string group;
  std::optional<double> cpus;
  std::uint64_t periods = 0;
  std::uint64_t throttled_periods = 0;
  std::chrono::nanoseconds throttled{0};
};

[[nodiscard]] Result<std::vector<QuotaSample>> read_quotas(const Source& source);

[[nodiscard]] Quota quota_of(const std::vector<QuotaSample>& start,
                             const std::vector<QuotaSample>& end);

}  // namespace debug_process::sections::threads
