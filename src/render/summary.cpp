// SPDX-License-Identifier: Apache-2.0
#include "render/summary.h"

#include <fmt/format.h>

#include <vector>

#include "render/escape.h"
#include "render/value_text.h"
#include "util/signals.h"

namespace debug_process::render {
namespace {

using report::Report;

constexpr unsigned kLongestSummaryLine = 4;  // in screen lines: a command can have 2 MiB

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

void append_lines(std::string& out, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) out += line + '\n';
}

void append_finding(std::string& out, const report::Finding& finding, const Style& style,
                    unsigned width) {
  const std::string badge = fmt::format("[{}] ", report::to_string(finding.severity));
  for (const std::string& line : wrap_after(badge, escape_for_terminal(finding.title), width)) {
    out += style.severity(finding.severity, line) + '\n';
  }
  if (!finding.explanation.empty()) {
    append_lines(out, wrap_after("    ", escape_for_terminal(finding.explanation), width));
  }
  std::vector<std::string> evidence;
  for (const report::Evidence& item : finding.evidence) {
    evidence.push_back(escape_for_terminal(item.metric) + " = " + value_text(item.value));
  }
  if (!evidence.empty()) {
    for (const std::string& line : wrap_after("    evidence: ", join(evidence, "; "), width)) {
      out += style.dim(line) + '\n';
    }
  }
  if (!finding.next_step.empty()) {
    append_lines(out, wrap_after("    next: ", escape_for_terminal(finding.next_step), width));
  }
}

std::string exit_text(const report::ExitStatus& exit) {
  if (exit.signal)
    return fmt::format("was killed by {} (signal {})", signal_name(*exit.signal), *exit.signal);
  if (exit.code) return fmt::format("exited with status {}", *exit.code);
  return "ended";
}

std::string target_text(const report::Target& target) {
  std::string text = fmt::format("pid {}", target.pid);
  if (target.ns_pid && *target.ns_pid != target.pid) {
    text += fmt::format(" ({} in its own PID namespace)", *target.ns_pid);
  }
  return text;
}

std::string counts_text(const report::Collection& collection) {
  std::string text;
  if (collection.counts == report::Counts::samples)
    return ", samples: shares of time, and no counts";
  if (collection.counts) text += fmt::format(", counts {}", report::to_string(*collection.counts));
  if (collection.counts == report::Counts::scaled && collection.counts_error)
    text += fmt::format(" (+-{})", format_ratio(*collection.counts_error));
  if (collection.coverage)
    text += fmt::format(", {} of the window observed", format_ratio(*collection.coverage));
  if (collection.inflated_latencies) text += ", latencies inflated by the tracer's stops";
  return text;
}

}  // namespace

std::string watched_text(const Report& report) {
  const report::Run& run = report.run;
  std::string text = fmt::format("{} on {} for {} from {}", target_text(report.target),
                                 escape_for_terminal(run.host), format_duration(run.window),
                                 format_time(run.started_at));
  if (run.ended_by == report::EndedBy::target_exit) {
    text += report.target.exit ? ", when it " + exit_text(*report.target.exit) : ", when it ended";
  }
  if (run.ended_by == report::EndedBy::interrupt) text += ", when interrupted";
  text += fmt::format("; backend {}", escape_for_terminal(run.backend));
  if (!run.backend_reason.empty()) {
    text += fmt::format(" ({})", escape_for_terminal(run.backend_reason));
  }
  return text + counts_text(report.collection);
}

std::string cost_text(const Report& report) {
  const report::Cost& cost = report.collection.cost;
  std::vector<std::string> target;
  // Who is stopped for it pays with time.
  const std::string of = report.collection.inflated_latencies ? " of its time" : " of a CPU";
  if (cost.target) target.push_back("pays " + format_ratio(*cost.target) + of);
  if (cost.target_per_call) target.push_back(format_duration(*cost.target_per_call) + " a call");
  if (cost.target_per_io_call)
    target.push_back(format_duration(*cost.target_per_io_call) + " one on a descriptor");
  if (cost.target_per_path_call)
    target.push_back(format_duration(*cost.target_per_path_call) + " one with a path");
  std::string text = "the target " + join(target, ", ");
  if (target.empty())
    text = report.collection.counts == report::Counts::samples
               ? "the target is not stopped, and pays nothing for a call"
               : "what the target pays was not measured";
  if (cost.bystander_per_call) {
    text += fmt::format("; other processes {} a call", format_duration(*cost.bystander_per_call));
  }
  return text + fmt::format("; this tool {} CPU, {}, ready after {}",
                            format_duration(report.collection.tool_cpu),
                            format_bytes(report.collection.tool_peak_rss),
                            format_duration(report.run.startup));
}

std::string lost_text(const Report& report) {
  std::vector<std::string> lost;
  for (const auto& [what, count] : report.collection.losses) {
    if (count != 0) lost.push_back(format_count(count) + ' ' + escape_for_terminal(what));
  }
  return join(lost, ", ");
}

void append_summary(std::string& out, const Report& report, const Style& style, unsigned width) {
  for (const report::SummaryLine& line : report.summary) {
    const std::string label = escape_for_terminal(line.label) + ':';
    const std::string start = label + ' ';
    const std::string text =
        elide_middle(escape_for_terminal(line.text), kLongestSummaryLine * width);
    // A command stays whole, to be copied.
    const auto lines = line.label == "Command" ? std::vector{fmt::format("{}{}", start, text)}
                                               : wrap_after(start, text, width);
    out += style.bold(label) + lines.front().substr(label.size()) + '\n';
    for (std::size_t i = 1; i < lines.size(); ++i) out += lines[i] + '\n';
  }
}

void append_findings(std::string& out, const Report& report, const Style& style, unsigned width) {
  for (const report::Finding& finding : report.findings) {
    out += '\n';
    append_finding(out, finding, style, width);
  }
}

void append_collection(std::string& out, const Report& report, const Style& style, unsigned width) {
  out += '\n';
  append_lines(out, wrap_after("Watched: ", watched_text(report), width));
  append_lines(out, wrap_after("Cost: ", cost_text(report), width));
  if (const std::string lost = lost_text(report); !lost.empty()) {
    for (const std::string& line : wrap_after("Lost: ", lost, width)) {
      out += style.yellow(line) + '\n';
    }
  }
  for (const std::string& note : report.collection.notes) {
    append_lines(out, wrap_after("Note: ", escape_for_terminal(note), width));
  }
}

}  // namespace debug_process::render
