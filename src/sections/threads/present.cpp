// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/present.h"

#include <fmt/format.h>

namespace debug_process::sections::threads {
namespace {

using report::Show;
using report::to_value;
using report::Value;

// The kernel counts these in steps of 10 ms: nothing there, and yet on a CPU, is less than a step
// and not 0.
Value ticks(const Thread& thread, std::chrono::nanoseconds spent) {
  const bool below_a_step = thread.user.count() == 0 && thread.system.count() == 0;
  const bool ran = thread.on_cpu.value_or(std::chrono::nanoseconds(0)).count() > 0;
  return below_a_step && ran ? Value() : Value(spent);
}

report::Table threads_table(const Facts& facts) {
  report::Table table{"threads",
                      "",
                      {{"tid", "TID"},
                       {"name", "Name", Show::everywhere, true},
                       {"state", "State"},
                       {"cpu_ratio", "CPU"},
                       {"calls", "Calls"},
                       {"user_ns", "User"},
                       {"system_ns", "System"},
                       {"on_cpu_ns", "On CPU", Show::json_only},
                       {"run_delay_ns", "Run delay"},
                       {"voluntary_switches", "Vol. sw."},
                       {"involuntary_switches", "Invol. sw."},
                       {"minor_faults", "Minor faults", Show::json_only},
                       {"major_faults", "Major faults", Show::json_only},
                       {"started_in_window", "New", Show::json_only}},
                      {},
                      {}};
  if (!facts.calls_note.empty()) table.title = fmt::format("Calls are {}", facts.calls_note);
  table.rows.reserve(facts.threads.size());
  for (const Thread& thread : facts.threads) {
    table.rows.push_back({std::int64_t{thread.tid}, thread.name, std::string(1, thread.state),
                          to_value(thread.cpu), to_value(thread.calls), ticks(thread, thread.user),
                          ticks(thread, thread.system), to_value(thread.on_cpu),
                          to_value(thread.run_delay), to_value(thread.voluntary_switches),
                          to_value(thread.involuntary_switches), thread.minor_faults,
                          thread.major_faults, thread.started_in_window});
  }
  return table;
}

std::string label_unless_zero(const std::optional<std::uint64_t>& value, const char* label) {
  return value.value_or(0) > 0 ? label : "";
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "threads", "Threads", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  auto& metrics = section.metrics;
  metrics.push_back({"threads", to_value(facts.count), "Threads"});
  metrics.push_back({"cpu_ratio", to_value(facts.cpu), "CPU (of one)"});
  metrics.push_back({"run_delay_ratio", to_value(facts.run_delay), "Waiting for a CPU"});
  metrics.push_back({"started", to_value(facts.started_in_window),
                     label_unless_zero(facts.started_in_window, "New at the end")});
  metrics.push_back({"ended", to_value(facts.ended_in_window),
                     label_unless_zero(facts.ended_in_window, "Gone at the end")});
  metrics.push_back(
      {"exited_threads", to_value(facts.exited_thread_count),
       label_unless_zero(facts.exited_thread_count, "Exited threads seen by the tracer")});
  metrics.push_back({"exited_threads_calls", to_value(facts.exited_thread_calls),
                     label_unless_zero(facts.exited_thread_calls, "Calls of exited threads")});
  section.tables.push_back(threads_table(facts));
  return section;
}

}  // namespace debug_process::sections::threads
