// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/words.h"

namespace debug_process::cli {
namespace {

constexpr const char* kUsage =
    "Says what this machine, this user and this kernel allow, why not more, and what to do.\n"
    "Usage: debug-process doctor [OPTIONS] [PID]";
constexpr const char* kFooter =
    "Each way of watching is tried and let go of at once; the process is neither watched nor "
    "stopped.\n"
    "Exit status: 0 system calls can be seen here (bpf or ptrace), 2 wrong command line, 3 no "
    "such\n"
    "process, 4 they cannot, 5 internal fault. See debug-process(1).";

struct Words {
  std::vector<std::string> pid;
  std::string format = "text";
  bool json = false;
  std::string btf;
  std::string color = "auto";
  bool verbose = false;
};

void declare(CLI::App& app, Words& words) {
  app.add_option("PID", words.pid, "Try it on this process instead of a child of the tool's own")
      ->option_text(" ");
  app.add_option("--format", words.format, "text or json")
      ->option_text("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--json", words.json, "The same as --format json");
  app.add_option("--btf", words.btf, "The kernel's BTF, for a kernel that does not bring its own")
      ->option_text("FILE");
  app.add_option("--color", words.color, "auto (a terminal, and NO_COLOR unset), always or never")
      ->option_text("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("-v,--verbose", words.verbose, "What is tried and what it says, on standard error");
}

std::variant<DoctorOptions, Done> to_options(const Words& words) {
  DoctorOptions options;
  if (words.pid.size() > 1) return usage_error("cannot examine several PIDs: give one");
  if (!words.pid.empty()) {
    const auto pid = parse_pid(words.pid.front());
    if (!pid) return usage_error(pid.error().message() + "; " + pid.error().hint);
    options.pid = *pid;
  }
  options.json = words.json || words.format == "json";
  if (!words.btf.empty()) options.btf = words.btf;
  options.color = parse_color(words.color);
  options.verbose = words.verbose;
  return options;
}

}  // namespace

std::variant<DoctorOptions, Done> parse_doctor(const std::vector<std::string>& arguments) {
  CLI::App app(kUsage, "debug-process doctor");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(kFooter);
  app.set_help_flag("-h,--help", "This help");
  Words words;
  declare(app, words);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return Done{0, app.help()};
  } catch (const CLI::ParseError& error) {
    return usage_error(error.what());
  }
  return to_options(words);
}

}  // namespace debug_process::cli
