// Wiring only: options -> run -> render -> output.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <variant>

#include "cli/input.h"
#include "cli/log.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "compare/compare.h"
#include "doctor/doctor.h"
#include "render/checkup.h"
#include "render/escape.h"
#include "render/render.h"
#include "run/interrupts.h"
#include "run/run.h"
#include "trace/btf_file.h"
#include "util/capabilities.h"

namespace debug_process {
namespace {

constexpr unsigned kWidthOfFiles = 100;

int status(run::ExitStatus exit_status) {
  return static_cast<int>(exit_status);
}

// On one line each, whatever paths and names in it are like.
void complain(const Error& error) {
  spdlog::error("{}", render::escape_for_terminal(error.message()));
  if (error.hint.empty()) return;
  std::fputs(("  " + render::escape_for_terminal(error.hint) + "\n").c_str(), stderr);
}

// `file`: it does not go to standard output.
bool use_color(cli::Color color, bool file) {
  if (color != cli::Color::automatic) return color == cli::Color::always;
  const char* const no_color = std::getenv("NO_COLOR");
  return !file && ::isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

std::string render_report(const cli::Delivery& options, const report::Report& report) {
  render::RenderOptions how;
  how.summary_only = options.summary_only;
  how.top = options.top;
  how.color = use_color(options.color, options.output.has_value());
  const unsigned terminal = options.output ? 0 : cli::terminal_width(STDOUT_FILENO);
  how.width = terminal == 0 ? kWidthOfFiles : terminal;
  return render::render(report, options.format, how);
}

// What was collected is never lost: a file that cannot be written after all leaves standard output.
run::ExitStatus deliver(const cli::Delivery& options, const report::Report& report) {
  const std::string text = render_report(options, report);
  if (options.output) {
    auto written = cli::write_file(*options.output, text);
    if (written) return run::ExitStatus::report_made;
    complain(written.error());
    spdlog::error("the report goes to standard output instead");
  }
  auto written = cli::write_all(STDOUT_FILENO, text, "standard output");
  if (!written) complain(written.error());
  if (!written) return run::ExitStatus::internal;
  return options.output ? run::ExitStatus::usage : run::ExitStatus::report_made;
}

bool fails(const cli::Options& options, const report::Report& report) {
  return options.fail_on &&
         std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const auto& finding) { return finding.severity >= *options.fail_on; });
}

int command_status(int wait_status) {
  constexpr int kSignalBase = 128;
  return WIFSIGNALED(wait_status) ? kSignalBase + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// Unknown is no success: whoever waits for us would take 0 for one.
int unknown_command_status(const std::string& command) {
  complain({"learn the exit status of", command, 0, "wait4(2) does not tell it",
            "the report stands; a seccomp filter can be the cause"});
  return status(run::ExitStatus::internal);
}

bool check_output(const cli::Delivery& options) {
  if (!options.output) return true;
  const auto writable = cli::check_writable(*options.output);
  if (!writable) complain(writable.error());
  return writable.has_value();
}

// Read before the window, so that a file that cannot be used costs nobody five seconds.
bool read_baseline(cli::Options& options) {
  if (!options.baseline) return true;
  auto report = cli::read_report(*options.baseline);
  if (!report) complain(report.error());
  if (report) options.run.baseline = {std::move(*report), *options.baseline};
  return report.has_value();
}

int report_on(cli::Options options) {
  if (!check_output(options) || !read_baseline(options)) return status(run::ExitStatus::usage);
  cli::ProgressLine progress(options.run.pid
                                 ? fmt::format("process {}", *options.run.pid)
                                 : render::escape_for_terminal(options.run.command.front()));
  // A command has the terminal to itself.
  if (!options.quiet && !options.verbose && options.run.pid && ::isatty(STDERR_FILENO) != 0)
    options.run.on_progress = [&progress](const run::Progress& now) { progress.show(now); };

  run::ExitStatus delivered = run::ExitStatus::report_made;
  const auto outcome = run::run(options.run, [&](const report::Report& report) {
    progress.clear();
    delivered = deliver(options, report);
  });
  progress.clear();
  if (!outcome) {
    complain(outcome.error().error);
    return status(outcome.error().status);
  }
  if (delivered != run::ExitStatus::report_made) return status(delivered);
  if (fails(options, outcome->report)) return status(run::ExitStatus::failed_on);
  if (options.run.command.empty()) return status(run::ExitStatus::report_made);
  return outcome->command_wait_status ? command_status(*outcome->command_wait_status)
                                      : unknown_command_status(options.run.command.front());
}

// 0 when system calls can be seen here.
int examine(const cli::DoctorOptions& options) {
  const auto facts = doctor::examine({options.pid, options.btf});
  if (!facts) {
    complain(facts.error());
    return status(facts.error().errno_value == ESRCH ? run::ExitStatus::no_process
                  : facts.error().errno_value == 0   ? run::ExitStatus::usage
                                                     : run::ExitStatus::internal);
  }
  report::Checkup checkup = doctor::present(*facts);
  checkup.tool_version = DEBUG_PROCESS_VERSION;
  render::RenderOptions how;
  how.color = use_color(options.color, false);
  const unsigned terminal = cli::terminal_width(STDOUT_FILENO);
  how.width = terminal == 0 ? kWidthOfFiles : terminal;
  const std::string text = options.json ? render::render_checkup_json(checkup)
                                        : render::render_checkup_text(checkup, how);
  if (auto written = cli::write_all(STDOUT_FILENO, text, "standard output"); !written) {
    complain(written.error());
    return status(run::ExitStatus::internal);
  }
  const doctor::Trial* const best = doctor::best(*facts);
  const bool sees_calls = best != nullptr && doctor::words_for(best->backend).sees_calls;
  return status(sees_calls ? run::ExitStatus::report_made : run::ExitStatus::no_permission);
}

// Files that others have written are read with no right but to read them.
void keep_rights_for_files(const std::optional<std::string>& output) {
  const CapabilitySet to_read{CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE};
  if (const auto kept = keep_only(to_read | cli::needed_to_write(output)); !kept)
    spdlog::debug("{}", kept.error().message());
}

int compare_files(const cli::CompareOptions& options) {
  keep_rights_for_files(options.output);
  if (!check_output(options)) return status(run::ExitStatus::usage);
  const auto old_report = cli::read_report(options.old_file);
  if (!old_report) complain(old_report.error());
  const auto new_report = cli::read_report(options.new_file);
  if (!new_report) complain(new_report.error());
  if (!old_report || !new_report) return status(run::ExitStatus::usage);
  const auto comparison =
      compare::compare(*old_report, *new_report, {options.old_file, options.new_file});
  if (!comparison) {
    complain(comparison.error());
    return status(run::ExitStatus::usage);
  }
  const run::ExitStatus delivered =
      deliver(options, compare::as_report(*comparison, *old_report, *new_report));
  if (delivered != run::ExitStatus::report_made) return status(delivered);
  return status(comparison->found_any() ? run::ExitStatus::failed_on
                                        : run::ExitStatus::report_made);
}

// A file that was named and cannot be used is a wrong command line, whichever backend is taken.
bool check_btf(const std::optional<std::string>& path) {
  if (!path) return true;
  const auto usable = trace::check_btf_file(*path);
  if (!usable) complain(usable.error());
  return usable.has_value();
}

// A descriptor that we open must not get the number of a closed standard one, and the report with
// it. Open for reading only, so that writing there fails as it should.
void occupy_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDONLY);
}

// Memory that was freed is used again, and not given back in between: to have it back costs a page
// fault a page, and what the window's start has needed its end needs too.
void keep_freed_memory() {
  constexpr int kLargest = 32 << 20;  // that malloc(3) takes from its heap; its own limit
  constexpr int kStep = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kLargest);
  ::mallopt(M_TRIM_THRESHOLD, -1);
  ::mallopt(M_TOP_PAD, kStep);
}

int run_tool(const std::vector<std::string>& arguments,
             std::chrono::steady_clock::time_point started) {
  keep_freed_memory();
  auto parsed = cli::parse(arguments);
  if (const auto* done = std::get_if<cli::Done>(&parsed)) {
    std::fputs(done->text.c_str(), done->exit_status == 0 ? stdout : stderr);
    return done->exit_status;
  }
  if (const auto* options = std::get_if<cli::DoctorOptions>(&parsed)) {
    cli::start_logging(options->verbose);
    return check_btf(options->btf) ? examine(*options) : status(run::ExitStatus::usage);
  }
  if (const auto* options = std::get_if<cli::CompareOptions>(&parsed)) {
    cli::start_logging(options->verbose);
    return compare_files(*options);
  }
  cli::Options& options = std::get<cli::Options>(parsed);
  options.run.tool_started = started;
  options.run.needed_to_deliver = cli::needed_to_write(options.output);
  cli::start_logging(options.verbose);
  if (!check_btf(options.run.btf)) return status(run::ExitStatus::usage);
  run::Interrupts::install();
  return report_on(std::move(options));
}

}  // namespace
}  // namespace debug_process

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  debug_process::occupy_standard_descriptors();
  try {
    return debug_process::run_tool({argv + 1, argv + argc}, started);
  } catch (const std::exception& error) {
    std::fprintf(stderr,
                 "debug-process: internal fault: %s\n  please report it with the command line\n",
                 debug_process::render::escape_for_terminal(error.what()).c_str());
    return static_cast<int>(debug_process::run::ExitStatus::internal);
  }
}
