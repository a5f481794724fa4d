// How the machine is doing around the process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::host {

// Pressure stall information: the share of the last ten seconds in which some or all tasks waited
// for the resource.
struct Pressure {
  std::optional<Ratio> some;
  std::optional<Ratio> full;
};

struct Facts {
  Completeness completeness;
  std::optional<double> load1;
  std::optional<double> load5;
  std::optional<double> load15;
  std::optional<std::uint64_t> cpus;  // online
  std::optional<Bytes> memory_total;
  std::optional<Bytes> memory_available;
  std::optional<Bytes> swap_total;
  std::optional<Bytes> swap_free;
  Pressure psi_cpu;
  Pressure psi_memory;
  Pressure psi_io;
  // How far the wall clock was set forward (or back: negative) within the window. Being slewed, and
  // time in suspension, are no part of it.
  std::optional<std::chrono::nanoseconds> clock_step;
};

}  // namespace debug_process::sections::host
