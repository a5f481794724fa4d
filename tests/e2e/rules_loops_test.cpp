// Programs that do one thing over and over: that is found, and comes first.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/findings.h"

namespace debug_process::e2e {
namespace {

using ::testing::HasSubstr;

class RulesOnLoops : public NeedsBpf {
 protected:
  static Json finding_on(const std::string& workload,
                         const std::vector<std::string>& arguments = {}) {
    const Workload target(workload, arguments);
    const Json report = report_on(target.pid(), {"-d", "3s"});
    const auto findings = own_findings(report);
    if (findings.empty()) throw std::runtime_error("no finding: " + report.at("summary").dump());
    return findings.front();
  }
};

TEST_F(RulesOnLoops, EmptyPolls) {
  const Json finding = finding_on("empty_polls");
  EXPECT_EQ(finding.at("rule"), "zero-timeout-polling") << finding;
  EXPECT_EQ(finding.at("severity"), "warning") << finding;
}

TEST_F(RulesOnLoops, AnEventThatNobodyHandles) {
  const Json finding = finding_on("ignored_hangup");
  EXPECT_EQ(finding.at("rule"), "ready-event-ignored") << finding;
  EXPECT_EQ(finding.at("severity"), "warning") << finding;
}

TEST_F(RulesOnLoops, TinyWrites) {
  const TemporaryDirectory folder;
  const std::string file = folder.path() / "data";
  const Json finding = finding_on("tiny_writes", {file});
  EXPECT_EQ(finding.at("rule"), "tiny-io") << finding;
  EXPECT_EQ(finding.at("severity"), "warning") << finding;
  EXPECT_THAT(finding.at("title").get<std::string>(), HasSubstr(file));
}

TEST_F(RulesOnLoops, TheStateOfOnePath) {
  const Json finding = finding_on("stat_loop");
  EXPECT_EQ(finding.at("rule"), "stat-polling") << finding;
  EXPECT_EQ(finding.at("severity"), "warning") << finding;
  EXPECT_THAT(finding.at("title").get<std::string>(), HasSubstr("/etc/passwd"));
}

// How much of a CPU it takes depends on the machine, and with that whether it is worth a warning.
TEST_F(RulesOnLoops, SleepsBetweenTwoLooks) {
  const Json finding = finding_on("sleep_loop");
  EXPECT_EQ(finding.at("rule"), "sleep-polling") << finding;
}

}  // namespace
}  // namespace debug_process::e2e
