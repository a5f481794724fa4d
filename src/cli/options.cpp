// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <memory>

#include "cli/compare_options.h"
#include "cli/doctor_options.h"
#include "cli/words.h"
#include "sections/sections.h"
#include "trace/backend.h"

namespace debug_process::cli {
namespace {

constexpr std::string_view kSeparator = "--";
constexpr std::string_view kDoctor = "doctor";
constexpr std::string_view kCompare = "compare";
constexpr const char* kUsage =
    "Reports what a process is doing, holding and waiting for.\n"
    "Usage: debug-process [OPTIONS] PID\n"
    "       debug-process [OPTIONS] -- COMMAND [ARG...]\n"
    "       debug-process doctor [OPTIONS] [PID]    what can be seen here, and what is in the way\n"
    "       debug-process compare [OPTIONS] OLD.json NEW.json    what is different, and matters";
constexpr const char* kFooter =
    "The report goes to standard output, all else to standard error. The first Ctrl-C ends the "
    "window early\n"
    "and the report is printed; the second ends the tool. Exit status: 0 report made, 1 --fail-on "
    "reached,\n"
    "2 wrong command line, 3 no such process, 4 no permission or backend not available, 5 internal "
    "fault;\n"
    "with COMMAND: its own. See debug-process(1).";

// As CLI11 hands them over; turned into Options once all are there.
struct Words {
  std::vector<std::string> pid;
  std::string duration;
  std::string backend = "auto";
  std::string format = "text";
  bool json = false;
  std::string output;
  bool summary_only = false;
  bool redact = false;
  std::vector<std::string> sections;  // lists
  std::string top = "10";
  std::string max_overhead = "5";
  bool follow = false;
  std::string trace = "all";
  bool failed_only = false;
  std::string btf;
  bool pss = false;
  std::string baseline;
  std::string versus;
  std::string fail_on;
  std::string color = "auto";
  bool quiet = false;
  bool verbose = false;
};

void declare(CLI::App& app, Words& words) {
  const std::vector<std::string> formats = format_names();
  app.add_option("PID", words.pid, "The process to report on; or a command to start, after --")
      ->option_text(" ");
  app.add_option(
         "-d,--duration", words.duration,
         "How long to watch: 5 (seconds, the default), 500ms, 2s, 1m; with COMMAND: until it exits")
      ->option_text("TIME");
  const auto& backends = trace::backend_names();
  app.add_option("--backend", words.backend,
                 fmt::format("How to watch: {}; auto takes the first that can run here",
                             fmt::join(backends, ", ")))
      ->option_text("NAME")
      ->check(CLI::IsMember(std::vector<std::string>(backends.begin(), backends.end())));
  app.add_option("--format", words.format, fmt::format("One of {}", fmt::join(formats, ", ")))
      ->option_text("FORMAT")
      ->check(CLI::IsMember(formats));
  app.add_flag("--json", words.json, "The same as --format json");
  app.add_option("-o,--output", words.output, "Write the report there, whole or not at all")
      ->option_text("FILE");
  app.add_flag("-s,--summary-only", words.summary_only, "Only the summary and the findings");
  app.add_flag(
      "--redact", words.redact,
      "Tokens for names, arguments, paths, addresses, user and host: to show it to others");
  app.add_option("--sections", words.sections,
                 fmt::format("Only these: {}", fmt::join(sections::section_ids(), ",")))
      ->option_text("LIST")
      ->allow_extra_args(false);
  app.add_option("--top", words.top, "Rows in each table of text and markdown (default 10, 0: all)")
      ->option_text("N");
  app.add_flag("-f,--follow", words.follow, "Its children too, those there and those to come");
  app.add_option(
         "-e,--trace", words.trace,
         "Count only these: names and classes as strace knows them (file, network, process, "
         "memory, ipc, signal, desc), ! before them for all others")
      ->option_text("SET");
  app.add_flag("-Z,--failed-only", words.failed_only, "Count only calls that fail");
  app.add_option("--max-overhead", words.max_overhead,
                 "Cap on the slowdown of the target in percent (default 5); beyond it calls are "
                 "counted in slices of the window and scaled. none: no cap")
      ->option_text("PCT|none");
  app.add_option("--btf", words.btf, "The kernel's BTF, for a kernel that does not bring its own")
      ->option_text("FILE");
  app.add_flag("--pss", words.pss, "Read PSS even where that holds up a very large process");
  app.add_option("--baseline", words.baseline,
                 "Compare this run with a saved JSON report, as a section of the report")
      ->option_text("FILE");
  app.add_option("--vs", words.versus,
                 "The same window on a second process, and what is different on PID against it")
      ->option_text("PID2");
  app.add_option("--fail-on", words.fail_on,
                 "Exit with 1 on a finding of info, warning or critical, or worse")
      ->option_text("SEVERITY")
      ->check(CLI::IsMember({"info", "warning", "critical"}));
  app.add_option("--color", words.color, "auto (a terminal, and NO_COLOR unset), always or never")
      ->option_text("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("-q,--quiet", words.quiet, "No progress line");
  app.add_flag("-v,--verbose", words.verbose, "What is tried and what it says, on standard error");
}

// "process,memory"
Result<std::vector<std::string>> parse_sections(const std::string& list) {
  const auto& known = sections::section_ids();
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    std::string name = list.substr(begin, end - begin);
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fail({"choose the sections", "'" + list + "'", 0,
                   name.empty() ? "there is a name missing" : "there is no section '" + name + "'",
                   fmt::format("--sections takes one or more of {}, with commas between them",
                               fmt::join(known, ", "))});
    names.push_back(std::move(name));
    begin = end + 1;
  }
  return names;
}

// As a share; nullopt: no cap.
Result<std::optional<double>> parse_overhead(const std::string& word) {
  if (word == "none") return std::nullopt;
  double percent = 0;
  std::string_view digits(word);
  if (digits.ends_with('%')) digits.remove_suffix(1);
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, percent);
  if (error != std::errc() || last != end || !(percent > 0) || percent > 100)
    return fail({"cap the overhead at",
                 "'" + word + "'",
                 0,
                 "--max-overhead takes a percentage above 0 and up to 100, or none",
                 {}});
  return percent / 100;
}

std::optional<report::Severity> parse_severity(const std::string& word) {
  for (const auto severity :
       {report::Severity::info, report::Severity::warning, report::Severity::critical})
    if (word == report::to_string(severity)) return severity;
  return std::nullopt;
}

Result<void> set_target(const Words& words, bool has_command,
                        const std::vector<std::string>& command, run::Options& options) {
  if (has_command && !words.pid.empty())
    return fail({"report on", "a PID and a command at once", 0, "give one of them", {}});
  if (has_command) {
    if (command.empty()) return fail({"start a command", {}, 0, "nothing follows --", {}});
    options.command = command;
    return {};
  }
  if (words.pid.empty()) return fail({"start", {}, 0, "give a PID, or -- COMMAND", {}});
  if (words.pid.size() > 1)
    return fail({"report on",
                 fmt::format("{} PIDs", words.pid.size()),
                 0,
                 "give one; a command to start goes after --",
                 {}});
  const auto pid = parse_pid(words.pid.front());
  if (!pid) return tl::unexpected(pid.error());
  options.pid = *pid;
  return {};
}

Result<void> set_comparison(const Words& words, Options& options) {
  if (!words.baseline.empty()) options.baseline = words.baseline;
  if (words.versus.empty()) return {};
  const auto pid = parse_pid(words.versus);
  if (!pid) return tl::unexpected(pid.error());
  const auto refuse = [](std::string detail) {
    return fail({"compare with", "a second process", 0, std::move(detail), {}});
  };
  if (options.baseline) return refuse("give only one of --vs and --baseline");
  if (!options.run.pid) return refuse("--vs goes with a PID, not with a command");
  if (*pid == *options.run.pid) return refuse("--vs takes another PID than the first");
  options.run.versus = *pid;
  return {};
}

Result<Options> to_options(const Words& words, bool duration_given, bool has_command,
                           const std::vector<std::string>& command) {
  Options options;
  if (auto set = set_target(words, has_command, command, options.run); !set)
    return tl::unexpected(set.error());
  if (duration_given) {
    const auto duration = parse_duration(words.duration);
    if (!duration) return tl::unexpected(duration.error());
    options.run.duration = *duration;
  }
  const auto top = parse_top(words.top);
  if (!top) return tl::unexpected(top.error());
  const auto max_overhead = parse_overhead(words.max_overhead);
  if (!max_overhead) return tl::unexpected(max_overhead.error());
  options.run.max_overhead = *max_overhead;
  const auto trace_set = trace::TraceSet::parse(words.trace);
  if (!trace_set) return tl::unexpected(trace_set.error());
  options.run.trace_set = *trace_set;
  options.run.follow = words.follow;
  options.run.redact = words.redact;
  options.run.failed_only = words.failed_only;
  if (!words.btf.empty()) options.run.btf = words.btf;
  options.top = *top;
  options.run.backend = words.backend;
  for (const std::string& list : words.sections) {
    const auto names = parse_sections(list);
    if (!names) return tl::unexpected(names.error());
    options.run.sections.insert(options.run.sections.end(), names->begin(), names->end());
  }
  options.run.allow_slow_memory = words.pss;
  options.format = words.json ? render::Format::json : *render::format_by_name(words.format);
  if (!words.output.empty()) options.output = words.output;
  if (auto set = set_comparison(words, options); !set) return tl::unexpected(set.error());
  options.summary_only = words.summary_only;
  options.color = parse_color(words.color);
  options.fail_on = parse_severity(words.fail_on);
  options.quiet = words.quiet;
  options.verbose = words.verbose;
  return options;
}

}  // namespace

std::variant<Options, DoctorOptions, CompareOptions, Done> parse(
    const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kDoctor) {
    auto parsed = parse_doctor({arguments.begin() + 1, arguments.end()});
    if (auto* done = std::get_if<Done>(&parsed)) return std::move(*done);
    return std::get<DoctorOptions>(std::move(parsed));
  }
  if (!arguments.empty() && arguments.front() == kCompare) {
    auto parsed = parse_compare({arguments.begin() + 1, arguments.end()});
    if (auto* done = std::get_if<Done>(&parsed)) return std::move(*done);
    return std::get<CompareOptions>(std::move(parsed));
  }
  // What follows the first -- belongs to the command, whatever it looks like.
  const auto separator = std::find(arguments.begin(), arguments.end(), kSeparator);
  const bool has_command = separator != arguments.end();
  const std::vector<std::string> command(has_command ? separator + 1 : separator, arguments.end());
  std::vector<std::string> own(arguments.begin(), separator);
  // "-1" is meant as a number, not as an option.
  for (const std::string& word : own)
    if (word.size() > 1 && word[0] == '-' &&
        word.find_first_not_of("0123456789", 1) == std::string::npos &&
        (&word == &own.front() || !std::string_view(*(&word - 1)).starts_with('-')))
      return usage_error(parse_pid(word).error().message());

  CLI::App app(kUsage, "debug-process");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(kFooter);
  app.set_help_flag("-h,--help", "This help");
  app.set_version_flag("--version", "debug-process " DEBUG_PROCESS_VERSION, "The version");
  Words words;
  declare(app, words);
  std::reverse(own.begin(), own.end());  // CLI11 takes them from the back
  try {
    app.parse(own);
  } catch (const CLI::CallForHelp&) {
    return Done{0, app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Done{0, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  auto options = to_options(words, app.count("--duration") > 0, has_command, command);
  if (!options) {
    const Error& error = options.error();
    return usage_error(error.hint.empty() ? error.message() : error.message() + "; " + error.hint);
  }
  return *options;
}

}  // namespace debug_process::cli
