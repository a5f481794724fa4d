// /proc/PID/limits: proc(5), the kernel's proc_pid_limits().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace debug_process::proc {

struct Limit {
  std::string name;                   // "Max open files"
  std::optional<std::uint64_t> soft;  // nullopt: unlimited
  std::optional<std::uint64_t> hard;
  std::string unit;  // "files"; "" where it has none
};

struct Limits {
  std::vector<Limit> rows;

  // nullptr when this kernel has no such row.
  [[nodiscard]] const Limit* find(std::string_view name) const;
};

[[nodiscard]] Result<Limits> parse_limits(std::string_view text);

}  // namespace debug_process::proc
