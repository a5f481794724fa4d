// SPDX-License-Identifier: Apache-2.0
#include "sections/host/present.h"

#include <fmt/format.h>

namespace debug_process::sections::host {
namespace {

using report::to_value;
using report::Value;

// A plain number: a load is no share of anything, but JSON is to have it as it is.
Value number(const std::optional<double>& value) {
  return value ? Value(Ratio{*value}) : Value();
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{"host", "Host", facts.completeness.status, facts.completeness.reason,
                          {},     {}};
  auto& metrics = section.metrics;
  metrics.push_back(
      {"load_average",
       facts.load1 && facts.load5 && facts.load15
           ? Value(fmt::format("{:.2f} {:.2f} {:.2f}", *facts.load1, *facts.load5, *facts.load15))
           : Value(),
       "Load average (1, 5, 15 min)", report::Text::word});
  metrics.push_back({"load1", number(facts.load1), ""});
  metrics.push_back({"load5", number(facts.load5), ""});
  metrics.push_back({"load15", number(facts.load15), ""});
  metrics.push_back({"cpus", to_value(facts.cpus), "CPUs"});
  metrics.push_back({"memory_total_bytes", to_value(facts.memory_total), "Memory"});
  metrics.push_back(
      {"memory_available_bytes", to_value(facts.memory_available), "Memory available"});
  metrics.push_back({"swap_total_bytes", to_value(facts.swap_total), ""});
  metrics.push_back({"swap_free_bytes", to_value(facts.swap_free), ""});
  metrics.push_back({"clock_step_ns", to_value(facts.clock_step), ""});
  metrics.push_back({"psi_cpu_some_ratio", to_value(facts.psi_cpu.some), "CPU pressure (10 s)"});
  metrics.push_back({"psi_memory_some_ratio", to_value(facts.psi_memory.some), ""});
  metrics.push_back(
      {"psi_memory_full_ratio", to_value(facts.psi_memory.full), "Memory pressure, full (10 s)"});
  metrics.push_back({"psi_io_some_ratio", to_value(facts.psi_io.some), ""});
  metrics.push_back(
      {"psi_io_full_ratio", to_value(facts.psi_io.full), "I/O pressure, full (10 s)"});
  return section;
}

}  // namespace debug_process::sections::host
