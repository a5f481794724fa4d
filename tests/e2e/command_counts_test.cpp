// Calls and errors of ordinary commands, against strace -f -c of the same command in the same
// environment. SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "e2e/harness.h"
#include "e2e/sanitized.h"

namespace debug_process::e2e {
namespace {

struct Count {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  friend bool operator==(const Count&, const Count&) = default;
};
using Counts = std::map<std::string, Count>;

std::ostream& operator<<(std::ostream& stream, const Count& count) {
  return stream << count.calls << " calls, " << count.errors << " errors";
}

// Where the two rightly differ; everything that is not named here must be equal.
struct Exemption {
  std::string syscall;
  std::string reason;
};

struct Command {
  std::vector<std::string> argv;  // @ stands for the folder made for the test
  int exit_code = 0;
  std::vector<Exemption> not_deterministic = {};
};

std::vector<std::string> environment() {
  return {"PATH=/usr/bin:/bin",  "LC_ALL=C",
          "HOME=/nonexistent",   "GIT_OPTIONAL_LOCKS=0",
          "PYTHONHASHSEED=0",    "GIT_CONFIG_NOSYSTEM=1",
          "GIT_CONFIG_COUNT=1",  "GIT_CONFIG_KEY_0=safe.directory",
          "GIT_CONFIG_VALUE_0=*"};
}

void make_inputs(const std::filesystem::path& folder) {
  constexpr int kFiles = 120;
  constexpr int kNumbers = 200'000;
  std::filesystem::create_directories(folder / "tree" / "deeper" / "still");
  std::filesystem::create_directories(folder / "repository");
  for (int i = 0; i < kFiles; ++i) {
    const std::string name = "file" + std::to_string(i);
    std::ofstream(folder / "tree" / name) << i << '\n';
    std::ofstream(folder / "tree" / "deeper" / "still" / name) << i * 7 << '\n';
    std::ofstream(folder / "repository" / name) << i << '\n';
  }
  std::ofstream numbers(folder / "numbers");
  // In no order: a step that has no common divisor with the count visits each once.
  for (std::uint64_t i = 0; i < kNumbers; ++i) numbers << (i * 7'368'787) % kNumbers << '\n';
}

void make_repository(const std::filesystem::path& folder) {
  const std::string git = "/usr/bin/git";
  if (!std::filesystem::exists(git)) return;
  const std::string repository = (folder / "repository").string();
  const std::vector<std::vector<std::string>> steps = {
      {"init", "-q"},
      {"add", "."},
      {"-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "first"}};
  for (const auto& step : steps) {
    std::vector<std::string> argv = {git, "-C", repository};
    argv.insert(argv.end(), step.begin(), step.end());
    Process process(argv, environment(), true);
    const Result result = process.wait();
    if (result.code != 0) throw std::runtime_error("git: " + result.describe());
  }
  std::ofstream(folder / "repository" / "untracked") << "new\n";
}

// Lines of `strace -c -U name,calls,errors`: a name, a count, and a second count where there were
// errors.
Counts parse_strace(const std::string& text) {
  Counts counts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    Count count;
    if (!(words >> name >> count.calls) || name == "total") continue;
    words >> count.errors;
    counts[name] = count;
  }
  return counts;
}

// strace counts a call when it returns; these never do, and we count their entry.
void add_what_strace_cannot_count(Counts& counts) {
  counts["exit_group"] = {1, 0};
  // All threads of these commands are joined, so each of them has made its exit.
  if (const auto threads = counts.find("clone3"); threads != counts.end()) {
    counts["exit"] = {threads->second.calls, 0};
  }
}

Counts parse_report_counts(const Json& report) {
  Counts counts;
  for (const auto& one : rows(report, "syscalls", "syscalls")) {
    Count& count = counts[one.at("syscall").get<std::string>()];
    count.calls += one.at("calls").get<std::uint64_t>();
    // strace's errors hold the restarts too.
    count.errors += one.at("errors").get<std::uint64_t>() + one.at("restarts").get<std::uint64_t>();
  }
  return counts;
}

class CommandCounts : public NeedsBpf {
 protected:
  void SetUp() override {
    if (has_sanitizer_thread()) GTEST_SKIP() << kSanitizerThread;
    NeedsBpf::SetUp();
    if (IsSkipped()) return;
    strace_ = find_program("strace");
    if (!strace_) GTEST_SKIP() << "strace is not installed (package strace)";
    setarch_ = find_program("setarch");
    if (!setarch_) GTEST_SKIP() << "setarch is not installed (package util-linux)";
    make_inputs(folder_.path());
  }

  // Runs `prefix` COMMAND without address randomisation, on which the number of brk and mmap calls
  // depends, and returns what the prefix wrote into its file.
  std::string output_of(const std::vector<std::string>& prefix, const std::filesystem::path& file,
                        const Command& command) {
    std::vector<std::string> argv = {*setarch_, "-R"};
    argv.insert(argv.end(), prefix.begin(), prefix.end());
    for (std::string argument : command.argv) {
      if (argument.starts_with('@')) argument.replace(0, 1, folder_.path().string());
      argv.push_back(argument);
    }
    Process process(argv, environment(), true);
    process.close_input();
    const Result result = process.wait();
    EXPECT_EQ(result.code, command.exit_code) << result.describe();
    return read_text(file);
  }

  Counts count_with_strace(const Command& command) {
    const auto file = folder_.path() / "strace.txt";
    Counts counts = parse_strace(output_of(
        {*strace_, "-f", "-c", "-U", "name,calls,errors", "-o", file.string()}, file, command));
    add_what_strace_cannot_count(counts);
    return counts;
  }

  Counts count_with_tool(const Command& command) {
    const auto file = folder_.path() / "report.json";
    // All calls, as strace does: beyond the cap they would be scaled.
    const Json report = Json::parse(
        output_of({tool_path(), "--json", "--max-overhead", "none", "-o", file.string(), "--"},
                  file, command));
    EXPECT_EQ(losses(report), "");
    return parse_report_counts(report);
  }

  void expect_same(const Command& command) {
    if (!std::filesystem::exists(command.argv.at(0))) {
      GTEST_SKIP() << command.argv.at(0) << " is not installed";
    }
    Counts expected = count_with_strace(command);
    Counts counted = count_with_tool(command);
    ASSERT_GT(expected.size(), 5U);
    for (const auto& exemption : command.not_deterministic) {
      expected.erase(exemption.syscall);
      counted.erase(exemption.syscall);
    }
    std::set<std::string> names;
    for (const auto& [name, count] : expected) names.insert(name);
    for (const auto& [name, count] : counted) names.insert(name);
    for (const auto& name : names) EXPECT_EQ(counted[name], expected[name]) << name;
  }

  TemporaryDirectory folder_;
  std::optional<std::string> strace_;
  std::optional<std::string> setarch_;
};

// All of them are one process, as this version leaves children out; sort has threads.

TEST_F(CommandCounts, OfLs) {
  expect_same({{"/bin/ls", "-lR", "@/tree", "@/missing"}, 2});
}

TEST_F(CommandCounts, OfFind) {
  expect_same({{"/usr/bin/find", "@/tree", "-name", "*1*", "-size", "-2"}});
}

TEST_F(CommandCounts, OfTar) {
  expect_same({{"/bin/tar", "-cf", "-", "@/tree"}});
}

TEST_F(CommandCounts, OfSort) {
  expect_same({{"/usr/bin/sort", "--parallel=2", "@/numbers"},
               0,
               {{"futex", "how often two threads meet at a lock is up to the scheduler"},
                {"mmap", "malloc makes another arena when two threads meet in it"},
                {"mprotect", "as mmap"},
                {"munmap", "as mmap"}}});
}

TEST_F(CommandCounts, OfPython) {
  const std::string program =
      "import os; print(len(os.listdir('/usr')), [os.getppid() for _ in range(99)])";
  expect_same({{"/usr/bin/python3", "-I", "-S", "-c", program}});
}

TEST_F(CommandCounts, OfGitStatus) {
  make_repository(folder_.path());
  expect_same({{"/usr/bin/git", "-C", "@/repository", "status"}});
}

TEST_F(CommandCounts, OfCat) {
  expect_same({{"/bin/cat", "@/numbers", "@/missing"}, 1});
}

TEST_F(CommandCounts, OfGrep) {
  expect_same({{"/bin/grep", "-r", "7", "@/tree"}});
}

TEST_F(CommandCounts, OfSed) {
  expect_same({{"/bin/sed", "-n", "s/1/2/p", "@/numbers"}});
}

TEST_F(CommandCounts, OfWc) {
  expect_same({{"/usr/bin/wc", "@/numbers"}});
}

TEST_F(CommandCounts, OfStat) {
  expect_same({{"/usr/bin/stat", "@/numbers", "@/missing"}, 1});
}

TEST_F(CommandCounts, OfSha256sum) {
  expect_same({{"/usr/bin/sha256sum", "@/numbers", "@/tree/file1"}});
}

TEST_F(CommandCounts, OfDd) {
  expect_same({{"/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=4k", "count=5000", "status=none"}});
}

}  // namespace
}  // namespace debug_process::e2e
