// The wall clock was set while we looked.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <chrono>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

// NTP slews what is less than 128 ms: a step of this size comes from setting the clock, and is
// longer than many a timeout.
constexpr std::chrono::milliseconds kStep{50};

}  // namespace

std::optional<Finding> clock_jump(const Facts& facts) {
  if (!facts.host.clock_step) return std::nullopt;
  const std::chrono::nanoseconds step = *facts.host.clock_step;
  const std::chrono::nanoseconds size = step < std::chrono::nanoseconds(0) ? -step : step;
  if (size < kStep) return std::nullopt;
  return Finding{
      "",
      Severity::warning,
      fmt::format("the clock of this machine was set {} by {}", step == size ? "forward" : "back",
                  format_duration(size)),
      "Timeouts, leases and measurements that rest on the wall clock are wrong by as much. Those "
      "that rest on CLOCK_MONOTONIC are not.",
      {{"host.clock_step_ns", step}},
      "who set it: chronyc tracking, timedatectl, journalctl -u chronyd -u ntpd -u "
      "systemd-timesyncd; on a virtual machine, its host"};
}

}  // namespace debug_process::diagnosis
