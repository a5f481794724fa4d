// SPDX-License-Identifier: Apache-2.0
#include "sections/syscalls/present.h"

#include <algorithm>

#include "trace/abi/abi.h"

namespace debug_process::sections::syscalls {
namespace {

using report::Show;
using report::Value;

Show show_if(bool needed) {
  return needed ? Show::everywhere : Show::json_only;
}

Value if_timed(const Histogram& latency, std::chrono::nanoseconds value) {
  return latency.count > 0 ? Value(value) : Value();
}

report::Table present_calls(const Facts& facts) {
  const auto any = [&](auto property) {
    return std::any_of(facts.rows.begin(), facts.rows.end(), property);
  };
  const bool foreign =
      any([](const Row& row) { return row.abi != trace::abi::abi_name(trace::abi::Abi::native); });
  const bool restarts = any([](const Row& row) { return row.restarts > 0; });
  report::Table table;
  table.id = "syscalls";
  table.title = "By time in the call (wall time, all threads)";
  table.when_empty = facts.traced ? "No call ended in the window." : "";
  table.columns = {{"syscall", "Call"},
                   {"abi", "ABI", show_if(foreign)},
                   {"calls", "Calls"},
                   {"errors", "Errors"},
                   {"restarts", "Restarts", show_if(restarts)},
                   {"untimed", "Untimed", Show::json_only},
                   {"total_ns", "Total"},
                   {"min_ns", "Min", Show::json_only},
                   {"p50_ns", "p50"},
                   {"p90_ns", "p90", Show::json_only},
                   {"p99_ns", "p99"},
                   {"max_ns", "Max"},
                   {"histogram", "Latency"}};
  for (const Row& row : facts.rows) {
    const Histogram& latency = row.latency;
    table.rows.push_back({row.syscall, row.abi, row.calls, row.errors, row.restarts, row.untimed,
                          if_timed(latency, latency.sum), if_timed(latency, latency.min),
                          report::to_value(latency.quantile(0.5)),
                          report::to_value(latency.quantile(0.9)),
                          report::to_value(latency.quantile(0.99)), if_timed(latency, latency.max),
                          latency.count > 0 ? Value(latency) : Value()});
  }
  return table;
}

report::Table present_in_flight(const Facts& facts) {
  report::Table table;
  table.id = "in_flight";
  table.title = "In flight when the window ended";
  table.columns = {{"tid", "TID"},
                   {"thread", "Thread", Show::everywhere, true},
                   {"syscall", "Call"},
                   {"elapsed_ns", "For"},
                   {"started_before_window", "Since before"},
                   {"wait_channel", "Kernel function"}};
  for (const InFlight& call : facts.in_flight)
    table.rows.push_back({static_cast<std::int64_t>(call.tid), call.thread, call.syscall,
                          report::to_value(call.elapsed), call.started_before_window,
                          report::to_value(call.wait_channel)});
  return table;
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "syscalls", "System calls", facts.completeness.status, facts.completeness.reason, {}, {}};
  const double seconds = std::chrono::duration<double>(facts.observed).count();
  const bool known = facts.traced;
  section.metrics = {
      {"calls", known ? Value(facts.calls) : Value(), "Calls"},
      {"errors", known ? Value(facts.errors) : Value(), "Errors"},
      {"calls_per_s",
       known && seconds > 0 ? Value(Rate{static_cast<double>(facts.calls) / seconds}) : Value(),
       "Rate"},
      {"in_syscalls_ns", known ? Value(facts.in_syscalls) : Value(), "Time in calls"},
      {"activity", known ? Value(facts.activity) : Value(), ""}};
  section.tables = {present_calls(facts), present_in_flight(facts)};
  return section;
}

}  // namespace debug_process::sections::syscalls
