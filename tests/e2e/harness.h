// What the end-to-end tests say: a workload, the tool on it, and the numbers in its report.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "e2e/process.h"

namespace debug_process::e2e {

using Json = nlohmann::json;

// Why the BPF backend cannot be tested here; nothing where it can.
[[nodiscard]] std::optional<std::string> why_no_bpf();
// A program in PATH or in the sbin folders.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name);

// A TCP port of 127.0.0.1 that is free now.
[[nodiscard]] int free_port();

// The fixture of every test that needs root and BPF: skipped, with the reason, where they are
// missing.
class NeedsBpf : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
  }
};

// Made for one test and removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[nodiscard]] std::string tool_path();
[[nodiscard]] std::string workload_path(const std::string& name);
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

// A program of tests/workloads that has said "ready".
class Workload : public Process {
 public:
  explicit Workload(const std::string& name, const std::vector<std::string>& arguments = {});
  // Lets a waiting workload do its work, and returns when that is done.
  void go();
};

// The tool with these arguments, to its end.
[[nodiscard]] Result run_tool(const std::vector<std::string>& arguments,
                              const std::vector<std::string>& environment = {});
// The JSON report of a run that must succeed with `expected_code`; throws otherwise.
[[nodiscard]] Json parse_report(const Result& result, int expected_code = 0);
[[nodiscard]] Json report_on(pid_t pid, const std::vector<std::string>& arguments = {});
// The report on `-- COMMAND`, written with -o so that the command's output does not matter.
[[nodiscard]] Json report_on_command(const std::vector<std::string>& command, int expected_code = 0,
                                     const std::vector<std::string>& environment = {});

// The tool watching a process until told to stop; constructed, it is attached. Watches without a
// cap on its cost unless `arguments` set one: as do the two above.
class Watch {
 public:
  explicit Watch(pid_t pid, const std::vector<std::string>& arguments = {});
  // Ends the window early, by SIGINT.
  [[nodiscard]] Json end();
  // Waits until the tool ends of itself.
  [[nodiscard]] Json wait();
  [[nodiscard]] Process& tool() { return *tool_; }

 private:
  std::unique_ptr<Process> tool_;
};

// Attaches to a waiting workload, lets it work, and reports on just that.
[[nodiscard]] Json watch_work(Workload& workload, const std::vector<std::string>& arguments = {});

// Rows of sections.<section>.tables.<table> where every given column has the given value.
[[nodiscard]] std::vector<Json> rows(const Json& report, const std::string& section,
                                     const std::string& table, const Json& where = Json::object());
// The only such row; throws, with the table, when there are none or several.
[[nodiscard]] Json row(const Json& report, const std::string& section, const std::string& table,
                       const Json& where);
[[nodiscard]] Json metric(const Json& report, const std::string& section, const std::string& key);

// What is open, by descriptor: what reading it in one way tells as well as in another, and nothing
// of what was done with it.
[[nodiscard]] std::map<int, Json> open_files(const Json& report);

// Calls of this name, in all ABIs; 0 when there is no row.
[[nodiscard]] std::uint64_t calls(const Json& report, const std::string& syscall);
// Of all names.
[[nodiscard]] std::uint64_t all_calls(const Json& report);

// What reports call this machine's system calls, and those of 32-bit programs: "x86_64" and "i386".
[[nodiscard]] std::string abi_64();
[[nodiscard]] std::string abi_32();

// The first of these calls that there is on this machine: arm64 has no epoll_wait, only
// epoll_pwait.
[[nodiscard]] std::string call_here(const std::vector<std::string>& names);

// All losses with a value above 0, as text; empty: none.
[[nodiscard]] std::string losses(const Json& report);

}  // namespace debug_process::e2e
