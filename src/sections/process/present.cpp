// SPDX-License-Identifier: Apache-2.0
#include "sections/process/present.h"

#include <fmt/format.h>

namespace debug_process::sections::process {
namespace {

using report::to_value;
using report::Value;

template <typename T>
Value number(const std::optional<T>& value) {
  return value ? Value(static_cast<std::int64_t>(*value)) : Value();
}

Value text_with_id(const std::optional<std::string>& name, const std::optional<pid_t>& pid) {
  if (!pid) return {};
  return name ? fmt::format("{} ({})", *name, *pid) : fmt::format("{}", *pid);
}

report::Table limits_table(const Facts& facts) {
  using report::Show;
  report::Table table{"limits",
                      "Limits",
                      {{"limit", "Limit", Show::json_only},
                       {"soft", "Soft", Show::json_only},
                       {"soft_unlimited", "", Show::json_only},
                       {"hard", "Hard", Show::json_only},
                       {"hard_unlimited", "", Show::json_only},
                       {"unit", "Unit", Show::json_only}},
                      {},
                      {}};
  for (const Limit& limit : facts.limits) {
    table.rows.push_back({limit.name, to_value(limit.soft), !limit.soft.has_value(),
                          to_value(limit.hard), !limit.hard.has_value(), limit.unit});
  }
  return table;
}

void add_identity(const Facts& facts, report::Section& section) {
  auto& metrics = section.metrics;
  metrics.push_back({"state", facts.state, "State"});
  metrics.push_back({"state_letter",
                     facts.state_letter ? Value(std::string(1, *facts.state_letter)) : Value(),
                     ""});
  metrics.push_back({"command", facts.command, ""});
  metrics.push_back(
      {"command_note", facts.command_note, facts.command_note.empty() ? "" : "About the command"});
  metrics.push_back({"comm", facts.comm, ""});
  metrics.push_back({"kernel_thread", facts.is_kernel_thread, ""});
  metrics.push_back({"uid", number(facts.uid), facts.user ? "" : "UID"});
  metrics.push_back({"user", to_value(facts.user), facts.user ? "User" : ""});
  metrics.push_back(
      {"real_uid", number(facts.real_uid), facts.real_uid != facts.uid ? "Real UID" : ""});
  metrics.push_back({"ppid", number(facts.ppid), ""});
  metrics.push_back({"parent", text_with_id(facts.parent_comm, facts.ppid), "Parent"});
  metrics.push_back({"threads", to_value(facts.threads), "Threads"});
  metrics.push_back({"nice", number(facts.nice), facts.nice.value_or(0) != 0 ? "Nice" : ""});
}

void add_place(const Facts& facts, report::Section& section) {
  auto& metrics = section.metrics;
  metrics.push_back({"cwd", to_value(facts.cwd), "Directory"});
  metrics.push_back({"root", to_value(facts.root), facts.root ? "Root" : ""});
  metrics.push_back({"executable", to_value(facts.executable), "Executable"});
  metrics.push_back({"executable_deleted", to_value(facts.executable_deleted),
                     facts.executable_deleted.value_or(false) ? "Executable deleted" : ""});
  metrics.push_back({"started_at",
                     facts.started_at ? Value(format_time(*facts.started_at)) : Value(),
                     "Started"});
  metrics.push_back({"uptime_ns", to_value(facts.uptime), "Up"});
  metrics.push_back({"cgroup", to_value(facts.cgroup), "Cgroup"});
  metrics.push_back(
      {"container_id", to_value(facts.container_id), facts.container_id ? "Container" : ""});
  metrics.push_back({"container_runtime", to_value(facts.container_runtime),
                     facts.container_runtime ? "Container runtime" : ""});
  metrics.push_back(
      {"ns_pid", number(facts.ns_pid), facts.ns_pids.size() > 1 ? "PID in its namespace" : ""});
  const bool traced = facts.tracer_pid.value_or(0) != 0;
  metrics.push_back({"tracer_pid", number(facts.tracer_pid), ""});
  metrics.push_back({"tracer", traced ? text_with_id(facts.tracer_comm, facts.tracer_pid) : Value(),
                     traced ? "Traced by" : ""});
  metrics.push_back({"seccomp", to_value(facts.seccomp),
                     facts.seccomp.value_or("disabled") != "disabled" ? "Seccomp" : ""});
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "process", "Process", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  add_identity(facts, section);
  add_place(facts, section);
  section.tables.push_back(limits_table(facts));
  return section;
}

}  // namespace debug_process::sections::process
