// SPDX-License-Identifier: Apache-2.0
#include "sections/process/present.h"

#include <fmt/format.h>
#include <sys/wait.h>

namespace debug_process::sections::process {
namespace {

using report::Show;
using report::Text;
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
  report::Table table{"limits",
                      "Limits",
                      {{"limit", "Limit", Show::json_only, false, Text::word},
                       {"soft", "Soft", Show::json_only},
                       {"soft_unlimited", "", Show::json_only},
                       {"hard", "Hard", Show::json_only},
                       {"hard_unlimited", "", Show::json_only},
                       {"unit", "Unit", Show::json_only, false, Text::word}},
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
  metrics.push_back({"state", facts.state, "State", Text::word});
  metrics.push_back({"state_letter",
                     facts.state_letter ? Value(std::string(1, *facts.state_letter)) : Value(), "",
                     Text::word});
  metrics.push_back({"command", facts.command, "", Text::argument});
  metrics.push_back(
      {"command_note", facts.command_note, facts.command_note.empty() ? "" : "About the command"});
  metrics.push_back({"comm", facts.comm, "", Text::name});
  metrics.push_back({"kernel_thread", facts.is_kernel_thread, ""});
  metrics.push_back({"uid", number(facts.uid), facts.user ? "" : "UID"});
  metrics.push_back({"user", to_value(facts.user), facts.user ? "User" : "", Text::user});
  metrics.push_back(
      {"real_uid", number(facts.real_uid), facts.real_uid != facts.uid ? "Real UID" : ""});
  metrics.push_back({"ppid", number(facts.ppid), ""});
  metrics.push_back({"parent", text_with_id(facts.parent_comm, facts.ppid), "Parent", Text::name});
  metrics.push_back({"threads", to_value(facts.threads), "Threads"});
  metrics.push_back({"nice", number(facts.nice), facts.nice.value_or(0) != 0 ? "Nice" : ""});
}

void add_zombies(const Zombies& zombies, std::vector<report::Metric>& metrics) {
  metrics.push_back({"zombie_children", to_value(zombies.now),
                     zombies.now.value_or(0) > 0 ? "Zombie children" : ""});
  metrics.push_back({"zombie_children_at_start", to_value(zombies.at_start), ""});
  metrics.push_back({"zombie_children_throughout", to_value(zombies.throughout), ""});
}

void add_place(const Facts& facts, report::Section& section) {
  auto& metrics = section.metrics;
  metrics.push_back({"cwd", to_value(facts.cwd), "Directory", Text::path});
  metrics.push_back({"root", to_value(facts.root), facts.root ? "Root" : "", Text::path});
  metrics.push_back({"executable", to_value(facts.executable), "Executable", Text::path});
  metrics.push_back({"executable_deleted", to_value(facts.executable_deleted),
                     facts.executable_deleted.value_or(false) ? "Executable deleted" : ""});
  metrics.push_back({"started_at",
                     facts.started_at ? Value(format_time(*facts.started_at)) : Value(), "Started",
                     Text::word});
  metrics.push_back({"uptime_ns", to_value(facts.uptime), "Up"});
  metrics.push_back({"cgroup", to_value(facts.cgroup), "Cgroup", Text::path});
  metrics.push_back({"container_id", to_value(facts.container_id),
                     facts.container_id ? "Container" : "", Text::id});
  metrics.push_back({"container_runtime", to_value(facts.container_runtime),
                     facts.container_runtime ? "Container runtime" : "", Text::word});
  metrics.push_back(
      {"ns_pid", number(facts.ns_pid), facts.ns_pids.size() > 1 ? "PID in its namespace" : ""});
  const bool traced = facts.tracer_pid.value_or(0) != 0;
  metrics.push_back({"tracer_pid", number(facts.tracer_pid), ""});
  metrics.push_back({"tracer", traced ? text_with_id(facts.tracer_comm, facts.tracer_pid) : Value(),
                     traced ? "Traced by" : "", Text::name});
  metrics.push_back({"seccomp", to_value(facts.seccomp),
                     facts.seccomp.value_or("disabled") != "disabled" ? "Seccomp" : "",
                     Text::word});
}

// Text that tells how one ended, and for programs its two numbers.
Value exit_code(const Followed& process) {
  if (!process.wait_status || !WIFEXITED(*process.wait_status)) return {};
  return std::int64_t{WEXITSTATUS(*process.wait_status)};
}

Value exit_signal(const Followed& process) {
  if (!process.wait_status || !WIFSIGNALED(*process.wait_status)) return {};
  return std::int64_t{WTERMSIG(*process.wait_status)};
}

report::Table processes_table(const Facts& facts) {
  report::Table table{"processes",
                      fmt::format("Processes, by time in calls (files, sockets, memory and the "
                                  "table of threads are of {} alone)",
                                  facts.pid),
                      {{"pid", "PID"},
                       {"parent", "Parent"},
                       {"name", "Process", Show::everywhere, true, Text::name},
                       {"state", "State", Show::everywhere, false, Text::word},
                       {"exit_code", "", Show::json_only},
                       {"exit_signal", "", Show::json_only},
                       {"calls", "Calls"},
                       {"errors", "Errors"},
                       {"in_calls_ns", "In calls"},
                       {"share_ratio", "Share"},
                       {"started_in_window", "New"},
                       {"ended_in_window", "", Show::json_only}},
                      {},
                      {}};
  for (const Followed& process : *facts.followed) {
    table.rows.push_back({number(process.pid), number(process.parent), process.name,
                          to_value(process.state), exit_code(process), exit_signal(process),
                          to_value(process.calls), to_value(process.errors),
                          to_value(process.in_calls), to_value(process.share),
                          process.started_in_window, process.ended_in_window});
  }
  return table;
}

void add_followed(const Facts& facts, report::Section& section) {
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  for (const Followed& process : *facts.followed) {
    started += process.started_in_window ? 1 : 0;
    ended += process.ended_in_window ? 1 : 0;
  }
  section.metrics.push_back({"processes", std::uint64_t{facts.followed->size()}, "Processes"});
  section.metrics.push_back({"processes_started", started, "Started in the window"});
  section.metrics.push_back({"processes_ended", ended, "Ended in the window"});
  section.tables.push_back(processes_table(facts));
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "process", "Process", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  add_identity(facts, section);
  add_place(facts, section);
  add_zombies(facts.zombies, section.metrics);
  section.tables.push_back(limits_table(facts));
  if (facts.followed) add_followed(facts, section);
  return section;
}

}  // namespace debug_process::sections::process
