// What the tests of the ptrace backend have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "e2e/harness.h"
#include "e2e/leftovers.h"

namespace debug_process::e2e {

using Arguments = std::vector<std::string>;

inline const Arguments kAll{"--backend", "ptrace", "--max-overhead", "none"};
inline const Arguments kCapped{"--backend", "ptrace", "--max-overhead", "5"};

inline Arguments joined(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

inline Arguments all_and(const Arguments& more) {
  return joined(kAll, more);
}

// The second word of "count 12".
inline std::uint64_t ask_number(Process& workload) {
  std::istringstream words(workload.ask());
  std::string word;
  std::uint64_t number = 0;
  words >> word >> number;
  return number;
}

// Skipped where ptrace is not to be had for one's own child: a sandbox, or Yama's 2 and 3.
class Ptrace : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result result = run_tool(all_and({"--json", "--", "/bin/true"}));
    if (result.code == 4) GTEST_SKIP() << "ptrace is not allowed here: " << result.err;
  }

  // However a test ends: nothing of us is left, and the target is not held.
  static void expect_let_go(pid_t pid) {
    EXPECT_EQ(status_line(pid, "TracerPid"), "TracerPid:\t0");
    const std::string state = status_line(pid, "State");
    EXPECT_EQ(state.find("t ("), std::string::npos) << state;
    EXPECT_EQ(state.find("T ("), std::string::npos) << state;
  }

  static void expect_goes_on(Process& workload) {
    expect_let_go(workload.pid());
    const std::uint64_t before = ask_number(workload);
    EXPECT_TRUE(wait_until([&] { return ask_number(workload) > before; }));
  }
};

}  // namespace debug_process::e2e
