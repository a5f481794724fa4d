// /proc/pressure/{cpu,memory,io} and a cgroup's *.pressure: Documentation/accounting/psi.rst, the
// kernel's psi_show(). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

struct PressureLine {
  Ratio last_10s;
  Ratio last_60s;
  Ratio last_300s;
  std::chrono::nanoseconds total{0};  // stalled since boot
};

struct Pressure {
  std::optional<PressureLine> some;
  std::optional<PressureLine> full;  // of the CPU only since Linux 5.13
};

// "some avg10=0.01 avg60=0.23 avg300=0.09 total=2293508"
[[nodiscard]] Result<Pressure> parse_pressure(std::string_view text);

}  // namespace debug_process::proc
