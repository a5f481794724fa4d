// SPDX-License-Identifier: Apache-2.0
#include "cli/compare_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/words.h"

namespace debug_process::cli {
namespace {

constexpr const char* kUsage =
    "Compares two JSON reports, and says what is different and matters.\n"
    "Usage: debug-process compare [OPTIONS] OLD.json NEW.json";
constexpr const char* kFooter =
    "Rates and latencies are compared by the intervals of the windows: six a side, 3 s, are "
    "needed.\n"
    "What changed by less than a fifth, or costs nothing, is not told. Exit status: 0 no "
    "difference\n"
    "that matters, 1 there is one, 2 wrong command line or a file that cannot be used, 5 internal "
    "fault.\n"
    "See debug-process(1).";

struct Words {
  std::vector<std::string> files;
  std::string format = "text";
  bool json = false;
  std::string output;
  bool summary_only = false;
  std::string top = "10";
  std::string color = "auto";
  bool verbose = false;
};

void declare(CLI::App& app, Words& words) {
  const std::vector<std::string> formats = format_names();
  app.add_option("FILES", words.files, "The two reports, made with --json: before, and now")
      ->option_text(" ");
  app.add_option("--format", words.format, fmt::format("One of {}", fmt::join(formats, ", ")))
      ->option_text("FORMAT")
      ->check(CLI::IsMember(formats));
  app.add_flag("--json", words.json, "The same as --format json");
  app.add_option("-o,--output", words.output, "Write it there, whole or not at all")
      ->option_text("FILE");
  app.add_flag("-s,--summary-only", words.summary_only, "Only the summary");
  app.add_option("--top", words.top, "Rows in each table of the text (default 10, 0: all)")
      ->option_text("N");
  app.add_option("--color", words.color, "auto (a terminal, and NO_COLOR unset), always or never")
      ->option_text("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("-v,--verbose", words.verbose, "What is tried and what it says, on standard error");
}

Result<CompareOptions> to_options(const Words& words) {
  CompareOptions options;
  if (words.files.size() != 2)
    return fail({"compare",
                 fmt::format("{} files", words.files.size()),
                 0,
                 "give two: OLD.json NEW.json",
                 {}});
  const auto top = parse_top(words.top);
  if (!top) return tl::unexpected(top.error());
  options.old_file = words.files.front();
  options.new_file = words.files.back();
  options.format = words.json ? render::Format::json : *render::format_by_name(words.format);
  if (!words.output.empty()) options.output = words.output;
  options.summary_only = words.summary_only;
  options.top = *top;
  options.color = parse_color(words.color);
  options.verbose = words.verbose;
  return options;
}

}  // namespace

std::variant<CompareOptions, Done> parse_compare(const std::vector<std::string>& arguments) {
  CLI::App app(kUsage, "debug-process compare");
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
  const auto options = to_options(words);
  if (!options) return usage_error(options.error().message());
  return *options;
}

}  // namespace debug_process::cli
