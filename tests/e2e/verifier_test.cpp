// What the kernel's verifier says of our programs, as --verbose shows it.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

// Of that many instructions it gives up; which kernel needs how many is in tests/kernels.
constexpr unsigned long kShareOfLimit = 10;

class Verifier : public NeedsBpf {
 protected:
  [[nodiscard]] static std::string words() {
    const Workload target("sleeper", {"50"});
    const Result result =
        run_tool({"--verbose", "--backend", "bpf", "-d", "100ms", std::to_string(target.pid())});
    EXPECT_EQ(result.code, 0) << result.describe();
    return result.err;
  }
};

TEST_F(Verifier, LooksAtFarLessThanItMay) {
  const std::string said = words();
  const std::regex line(R"(verifier of (\w+): [^\n]*processed (\d+) insns \(limit (\d+)\))");
  int programs = 0;
  for (std::sregex_iterator at(said.begin(), said.end(), line), end; at != end; ++at, ++programs)
    EXPECT_LT(std::stoul((*at)[2]) * kShareOfLimit, std::stoul((*at)[3])) << (*at)[1];
  EXPECT_GE(programs, 4) << said;
}

TEST_F(Verifier, IsToldOfBesideHowLargeEachProgramIs) {
  const std::string said = words();
  for (const char* program : {"dp_sys_enter", "dp_sys_exit", "dp_thread_exit", "dp_exec"})
    EXPECT_THAT(said, ContainsRegex(std::string(program) + ": [0-9]+ instructions as loaded"));
}

// Without them it verifies global functions anew from each caller.
TEST_F(Verifier, HasTheTypesOfOurObjects) {
  EXPECT_THAT(words(), Not(HasSubstr("BTF is optional, ignoring")));
}

}  // namespace
}  // namespace debug_process::e2e
