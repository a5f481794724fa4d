// The tool is killed at any moment, and so is the target: neither ever hurts the other.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <thread>

#include "e2e/harness.h"
#include "e2e/leftovers.h"

namespace debug_process::e2e {
namespace {

constexpr int kToolKills = 200;
constexpr int kTargetKills = 100;
// From before its first instruction to well within the window, and some way into the report.
constexpr std::chrono::microseconds kLatestMoment = 180ms;

class Chaos : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "bpf") {
      if (const auto reason = why_no_bpf()) GTEST_SKIP() << *reason;
      bpftool_ = find_program("bpftool");
      if (!bpftool_) GTEST_SKIP() << "bpftool is not installed (package bpftool)";
    }
    if (bpftool_) before_ = bpf_objects_of_machine(*bpftool_);
  }

  // Not to wait for anything: the moment is what is tested.
  void let_a_moment_pass() {
    std::this_thread::sleep_for(std::chrono::microseconds(moment_(random_)));
  }

  void expect_nothing_left() {
    if (!bpftool_) return;
    auto left = bpf_objects_of_machine(*bpftool_);
    for (const auto& object : before_) left.erase(object);
    expect_gone(left, *bpftool_);
  }

  static std::vector<std::string> tool_on(pid_t pid, const std::string& duration) {
    return {tool_path(), "--json", "--backend", GetParam(), "-d", duration, std::to_string(pid)};
  }

  std::mt19937 random_{20'240'131};
  std::uniform_int_distribution<std::int64_t> moment_{0, kLatestMoment.count()};
  std::optional<std::string> bpftool_;
  std::set<std::string> before_;
};

TEST_P(Chaos, TheTargetGoesOnWhenTheToolIsKilledAtAnyMoment) {
  constexpr std::array kSignals{SIGKILL, SIGINT, SIGTERM};
  Workload counter("counter");
  for (int time = 0; time < kToolKills && !HasFailure(); ++time) {
    Process tool(tool_on(counter.pid(), "100ms"));
    let_a_moment_pass();
    tool.kill(kSignals[static_cast<std::size_t>(time) % kSignals.size()]);
    (void)tool.wait();
    expect_goes_on(counter);
  }
  expect_nothing_left();
}

TEST_P(Chaos, TheToolReportsOrSaysThatTheTargetIsGoneWhenThatIsKilledAtAnyMoment) {
  for (int time = 0; time < kTargetKills && !HasFailure(); ++time) {
    Workload counter("counter");
    Process tool(tool_on(counter.pid(), "60s"));
    let_a_moment_pass();
    counter.kill(SIGKILL);
    const Result result = tool.wait();
    ASSERT_TRUE(result.code == 0 || result.code == 3) << result.describe();
    if (result.code == 0) {
      EXPECT_EQ(Json::parse(result.out).at("run").at("ended_by"), "target-exit");
    } else {
      EXPECT_NE(result.err.find("No such process"), std::string::npos) << result.err;
    }
  }
  expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(EachBackend, Chaos, ::testing::Values("bpf", "ptrace", "sampling"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace debug_process::e2e
