// SPDX-License-Identifier: Apache-2.0
#include "run/assemble.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>

#include "diagnosis/rules.h"
#include "redact/redact.h"
#include "run/comparison.h"
#include "run/own_use.h"
#include "run/summary.h"
#include "util/machine.h"

namespace debug_process::run {
namespace {

report::Run describe_run(const Course& course) {
  const Machine machine = this_machine();
  report::Run run;
  run.run_id = new_run_id();
  run.started_at = course.started_at;
  run.window = course.window;
  run.startup = course.startup;
  run.backend = course.backend;
  run.backend_reason = course.backend_reason;
  run.host = machine.host;
  run.kernel = machine.kernel;
  run.arch = machine.arch;
  run.ended_by = course.ended_by;
  return run;
}

report::ExitStatus exit_status(const std::optional<int>& wait_status) {
  report::ExitStatus exit;
  if (!wait_status) return exit;
  if (WIFSIGNALED(*wait_status))
    exit.signal = WTERMSIG(*wait_status);
  else
    exit.code = WEXITSTATUS(*wait_status);
  return exit;
}

report::Target describe_target(const sections::process::Facts& process, const Course& course) {
  report::Target target;
  target.pid = process.pid;
  if (process.ns_pid) target.ns_pid = *process.ns_pid;
  target.command = process.command;
  target.comm = process.comm;
  target.executable = process.executable;
  target.started_at = process.started_at;
  if (course.ended_by == report::EndedBy::target_exit)
    target.exit = exit_status(course.wait_status);
  return target;
}

// What was added to the target's calls, as a share of the window: of one CPU, as for top. With
// ptrace its threads stand still for it, and it is a share of their time.
report::Cost describe_cost(const trace::Activity& activity) {
  report::Cost cost;
  cost.target_per_call = activity.cost.target_per_call;
  cost.target_per_io_call = activity.cost.target_per_io_call;
  cost.target_per_path_call = activity.cost.target_per_path_call;
  cost.bystander_per_call = activity.cost.bystander_per_call;
  if (!cost.target_per_call || activity.observed.count() <= 0) return cost;
  const auto by_calls = static_cast<std::int64_t>(activity.calls_seen) * *cost.target_per_call;
  cost.target = Ratio{std::chrono::duration<double>(activity.cost.paid.value_or(by_calls)) /
                      std::chrono::duration<double>(activity.cost.of.value_or(activity.observed))};
  return cost;
}

report::Counts to_report(trace::Counts counts) {
  switch (counts) {
    case trace::Counts::exact:
      return report::Counts::exact;
    case trace::Counts::scaled:
      return report::Counts::scaled;
    case trace::Counts::samples:
      return report::Counts::samples;
  }
  return report::Counts::samples;
}

void describe_error(const trace::Activity& activity, report::Collection& collection) {
  if (activity.counts == trace::Counts::exact) collection.counts_error = Ratio{0};
  if (activity.counts != trace::Counts::scaled) return;
  if (activity.counts_error) {
    collection.counts_error = Ratio{*activity.counts_error};
    return;
  }
  collection.notes.push_back(fmt::format("how far the scaled counts may be off is not known: {}",
                                         activity.counts_error_unknown.empty()
                                             ? "this backend does not tell"
                                             : activity.counts_error_unknown));
}

report::Collection describe_collection(const Course& course) {
  report::Collection collection;
  const OwnUse use = own_use();
  collection.tool_cpu = use.cpu;
  collection.tool_peak_rss = use.peak_rss;
  if (!course.activity) return collection;
  // Looks are no share of the window.
  if (course.activity->counts != trace::Counts::samples)
    collection.coverage = Ratio{course.activity->coverage};
  collection.counts = to_report(course.activity->counts);
  collection.inflated_latencies = course.activity->inflated_latencies;
  collection.notes = course.activity->notes;
  describe_error(*course.activity, collection);
  collection.cost = describe_cost(*course.activity);
  collection.losses = course.activity->losses;
  if (const auto execs = course.activity->execs; execs > 0)
    collection.notes.push_back(fmt::format(
        "it executed a program {} time{} within the window; the command shown is the last one seen",
        execs, execs == 1 ? "" : "s"));
  return collection;
}

}  // namespace

report::Report assemble(const sections::Facts& facts, const Course& course) {
  report::Report report;
  report.tool_version = DEBUG_PROCESS_VERSION;
  report.run = describe_run(course);
  report.target = describe_target(facts.process, course);
  report.findings = diagnosis::diagnose(facts);
  report.summary = summarize(facts, report.findings);
  report.sections = sections::present(facts);
  report.collection = describe_collection(course);
  report.collection.gathering = facts.gathering;
  return report;
}

report::Report redacted(report::Report report) {
  const auto secret = machine_secret();
  static const std::string of_this_run = new_run_id();
  if (!secret)
    report.collection.notes.emplace_back(
        "this machine has no id: the tokens of another report are other ones");
  return redact::redact(report, redact::derive_key(secret.value_or(of_this_run)));
}

void keep_sections(const std::vector<std::string>& wanted, report::Report& report) {
  if (wanted.empty()) return;
  std::erase_if(report.sections, [&](const report::Section& section) {
    return section.id != kComparison &&
           std::find(wanted.begin(), wanted.end(), section.id) == wanted.end();
  });
}

}  // namespace debug_process::run
