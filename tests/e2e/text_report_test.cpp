// The report that people read: the order of its first lines, its width, its colours, and what its
// options leave out. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

class TextReport : public NeedsBpf {};

const std::vector<std::string>& summary_labels() {
  static const std::vector<std::string> labels = {
      "Command: ", "Activity: ", "Open files: ", "Memory: RSS ", "Diagnosis: "};
  return labels;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string text_report_on(pid_t pid, std::vector<std::string> arguments,
                           const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.end(), {"-d", "300ms", std::to_string(pid)});
  const Result result = run_tool(arguments, environment);
  if (result.code != 0) throw std::runtime_error(result.describe());
  return result.out;
}

// The labels that begin a line, in the order of the lines.
std::vector<std::string> labels_in(const std::string& text) {
  std::vector<std::string> found;
  for (const auto& line : lines_of(text)) {
    for (const auto& label : summary_labels()) {
      if (line.starts_with(label)) found.push_back(label);
    }
  }
  return found;
}

// Code points, which here are columns: the workloads have no wide characters.
std::ptrdiff_t width(const std::string& line) {
  return std::count_if(line.begin(), line.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80;
  });
}

TEST_F(TextReport, BeginsWithTheFiveLinesInTheirOrder) {
  const Workload target("sleeper", {"20"});
  const std::string text = text_report_on(target.pid(), {});
  EXPECT_EQ(labels_in(text), summary_labels());
  EXPECT_NE(text.find("Command: " + workload_path("sleeper") + " 20\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Activity: clock_nanosleep"), std::string::npos) << text;
  EXPECT_NE(text.find("Open files: 3\n"), std::string::npos) << text;
}

TEST_F(TextReport, SummaryOnlyIsTheseLinesAndTheFindings) {
  const Workload target("sleeper", {"20"});
  const std::string text = text_report_on(target.pid(), {"--summary-only"});
  EXPECT_EQ(labels_in(text), summary_labels());
  const std::string whole = text_report_on(target.pid(), {});
  EXPECT_LT(lines_of(text).size() * 3, lines_of(whole).size());
  EXPECT_EQ(text_report_on(target.pid(), {"-s"}).substr(0, 9), "Command: ");
}

TEST_F(TextReport, IsAtMost100ColumnsWide) {
  const Workload target("many_fds", {"200"});
  for (const auto& line : lines_of(text_report_on(target.pid(), {"--top", "0"}))) {
    if (line.starts_with("Command: ")) continue;  // the one line that is as long as what it quotes
    EXPECT_LE(width(line), 100) << line;
  }
}

TEST_F(TextReport, TopLimitsTheRowsOfTextAndNotOfJson) {
  const Workload target("many_fds", {"200"});
  const auto all = lines_of(text_report_on(target.pid(), {"--top", "0"})).size();
  const auto ten = lines_of(text_report_on(target.pid(), {})).size();
  const auto two = lines_of(text_report_on(target.pid(), {"--top", "2"})).size();
  EXPECT_LT(two, ten);
  EXPECT_LT(ten, all);
  EXPECT_GT(all, 200U);
  const Json report = report_on(target.pid(), {"--top", "2", "-d", "300ms"});
  EXPECT_EQ(rows(report, "files", "files").size(), 203U);
}

TEST_F(TextReport, SectionsChoosesWhichAndOnlyThese) {
  const Workload target("sleeper", {"20"});
  const Json report = report_on(target.pid(), {"--sections", "memory,files", "-d", "300ms"});
  std::vector<std::string> names;
  for (const auto& [name, section] : report.at("sections").items()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"files", "memory"}));
}

TEST_F(TextReport, HasNoEscapesUnlessAskedForColour) {
  const Workload target("sleeper", {"20"});
  const char escape = '\x1b';
  EXPECT_EQ(text_report_on(target.pid(), {}).find(escape), std::string::npos);
  EXPECT_EQ(text_report_on(target.pid(), {"--color", "never"}).find(escape), std::string::npos);
  EXPECT_NE(text_report_on(target.pid(), {"--color", "always"}).find(escape), std::string::npos);
}

// What the tool writes to a terminal: script(1) makes one and passes on what comes.
std::string on_a_terminal(pid_t pid, const std::string& options,
                          const std::vector<std::string>& environment) {
  const std::string command =
      tool_path() + " --quiet -d 300ms " + options + " " + std::to_string(pid);
  const Result result = run({*find_program("script"), "-qec", command, "/dev/null"}, environment);
  EXPECT_EQ(result.code, 0) << result.describe();
  return result.out;
}

TEST_F(TextReport, HasColourOnATerminalUnlessNoColorIsSet) {
  if (!find_program("script")) GTEST_SKIP() << "script is not installed (package bsdutils)";
  const Workload target("sleeper", {"20"});
  const std::vector<std::string> terminal = {"TERM=xterm", "NO_COLOR="};
  const std::vector<std::string> no_color = {"TERM=xterm", "NO_COLOR=1"};
  EXPECT_NE(on_a_terminal(target.pid(), "", terminal).find('\x1b'), std::string::npos);
  EXPECT_EQ(on_a_terminal(target.pid(), "", no_color).find('\x1b'), std::string::npos);
  EXPECT_EQ(on_a_terminal(target.pid(), "--color never", terminal).find('\x1b'), std::string::npos);
  EXPECT_NE(on_a_terminal(target.pid(), "--color always", no_color).find('\x1b'),
            std::string::npos);
}

TEST_F(TextReport, ATerminalShowsHowFarTheWindowIs) {
  const auto script = find_program("script");
  if (!script) GTEST_SKIP() << "script is not installed (package bsdutils)";
  const Workload target("sleeper", {"20"});
  const std::string command = tool_path() + " -s -d 500ms " + std::to_string(target.pid());
  const Result shown = run({*script, "-qec", command, "/dev/null"}, {"TERM=xterm"});
  EXPECT_NE(shown.out.find("watching process " + std::to_string(target.pid())), std::string::npos)
      << shown.describe();
  // Gone again when the report comes: the line is erased just before it.
  const auto report = shown.out.find("Command:");
  const auto erased = shown.out.rfind("\r\x1b[K", report);
  EXPECT_EQ(shown.out.find("watching process", erased), std::string::npos) << shown.describe();
  const Result quiet = run({*script, "-qec", command + " -q", "/dev/null"}, {"TERM=xterm"});
  EXPECT_EQ(quiet.out.find("watching process"), std::string::npos) << quiet.describe();
}

TEST_F(TextReport, StandardErrorIsEmptyWhereNothingIsWrong) {
  const Workload target("sleeper", {"20"});
  EXPECT_EQ(run_tool({"-d", "300ms", std::to_string(target.pid())}).err, "");
}

}  // namespace
}  // namespace debug_process::e2e
