// One run, from target to Report: the only place that knows the order of things.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "report/report.h"
#include "trace/trace_set.h"
#include "util/capabilities.h"
#include "util/result.h"

namespace debug_process::run {

// The contract's, for what a run can end in.
enum class ExitStatus {
  report_made = 0,
  failed_on = 1,
  usage = 2,
  no_process = 3,
  no_permission = 4,
  internal = 5,
  not_executable = 126,
  not_found = 127,
  interrupted = 130,
};

struct Progress {
  std::chrono::nanoseconds elapsed{0};
  std::optional<std::chrono::nanoseconds> window;  // nullopt: until the command ends
};

// A report to compare with, and what to call it.
struct Baseline {
  report::Report report;
  std::string name;
};

struct Options {
  std::optional<pid_t> pid;          // either this
  std::vector<std::string> command;  // or this
  std::optional<std::chrono::nanoseconds>
      duration;  // default: 5 s for a pid, until its end for a command
  std::string backend = "auto";
  std::optional<double> max_overhead;  // share of the target's time; nullopt: no cap
  bool follow = false;
  trace::TraceSet trace_set;
  bool failed_only = false;
  std::optional<std::string> btf;
  bool allow_slow_memory = false;
  std::vector<std::string> sections;  // ids; empty: all
  bool redact = false;                // names are replaced by tokens: redact/redact.h
  // The report is compared with this one, or with that of another process over the same window.
  std::optional<Baseline> baseline;
  std::optional<pid_t> versus;
  CapabilitySet needed_to_deliver;  // what `deliver` must still be allowed to do
  std::chrono::steady_clock::time_point tool_started;
  std::function<void(const Progress&)>
      on_progress;  // ten times a second within the window; may be empty
};

struct Outcome {
  report::Report report;
  std::optional<int> command_wait_status;  // with a command: as from wait(2)
};

struct Failure {
  ExitStatus status = ExitStatus::internal;
  Error error;
};

// SIGINT and SIGTERM end the window early, a second one ends the tool with 130: interrupts.h. With
// a command the first is passed on to it, and run returns when the command has ended.
//
// On its way it gives up the rights of the calling thread that it no longer needs, for good:
// rights.h. A command has been given all of them before.
[[nodiscard]] tl::expected<Outcome, Failure> run(
    const Options& options, const std::function<void(const report::Report&)>& deliver);

}  // namespace debug_process::run
