// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "support/report_invariants.h"
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

// Fires many rules at once.
Facts ill() {
  Facts facts = healthy();
  facts.files.open = 1024;
  facts.sockets.close_wait_throughout = 500;
  facts.memory.swap = Bytes{1U << 30U};
  facts.memory.page_faults_major = 10'000;
  add_calls(facts, "io_uring_enter", 5);
  add_calls(facts, "connect", 100);
  add_calls(facts, "clock_gettime", 100'000);
  add_errors(facts, "connect", ETIMEDOUT, 3);
  add_errors(facts, "accept4", EMFILE, 10);
  add_errors(facts, "openat", EACCES, 100, "/etc/shadow");
  add_thread(facts, 1.0).calls = 0;
  return facts;
}

std::vector<std::string> rule_ids(const std::vector<Finding>& findings) {
  std::vector<std::string> ids;
  for (const Finding& finding : findings) ids.push_back(finding.rule);
  return ids;
}

TEST(Rules, HaveDistinctIds) {
  std::set<std::string_view> ids;
  for (const Rule& rule : rules()) EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
}

TEST(Rules, AreSilentAboutAHealthyAndAnUnknownProcess) {
  EXPECT_THAT(rule_ids(diagnose(healthy())), testing::IsEmpty());
  EXPECT_THAT(rule_ids(diagnose(Facts{})), testing::IsEmpty());
}

TEST(Diagnose, PutsTheMostSevereFirstAndKeepsTheInvariants) {
  report::Report report;
  report.findings = diagnose(ill());
  EXPECT_GE(report.findings.size(), 6U);
  EXPECT_EQ(report.findings.front().rule, "out-of-fds");
  EXPECT_THAT(testing_support::report_invariants(report), testing::IsEmpty());
}

TEST(Diagnose, MergesTheEffectIntoItsCause) {
  const std::vector<Finding> findings = diagnose(ill());
  EXPECT_THAT(rule_ids(findings), testing::Contains("out-of-fds"));
  EXPECT_THAT(rule_ids(findings), testing::Not(testing::Contains("fd-limit-near")));
  EXPECT_THAT(rule_ids(findings), testing::Contains("close-wait-leak"));
}

TEST(Diagnose, TakesClosedConnectionsForTheCauseWhereTheyAreMost) {
  Facts facts = ill();
  facts.sockets.close_wait = 512;  // of 1,024
  const std::vector<Finding> findings = diagnose(facts);
  EXPECT_EQ(findings.front().rule, "close-wait-leak");
  EXPECT_EQ(findings.front().severity, Severity::critical);  // as the effect is
  EXPECT_THAT(findings.front().explanation,
              testing::AllOf(HasSubstr("out of file descriptors: accept4"),
                             HasSubstr("1,024 of 1,024 file descriptors")));
  EXPECT_THAT(rule_ids(findings), testing::Not(testing::Contains("out-of-fds")));
  std::set<std::string> metrics;
  for (const auto& item : findings.front().evidence)
    EXPECT_TRUE(metrics.insert(item.metric).second) << item.metric;
  EXPECT_TRUE(metrics.contains("errors.errors[accept4 EMFILE].calls"));
}

TEST(Diagnose, RanksEqualSeverityByTheTimeThatIsLost) {
  Facts facts = healthy();
  add_thread(facts, 0.3).run_delay = 6s;
  add_calls(facts, "munmap", 1'000'000, 3s);
  EXPECT_THAT(rule_ids(diagnose(facts)), testing::ElementsAre("cpu-starvation", "mapping-churn"));
  facts.syscalls.rows[0].latency.sum = 7s;
  EXPECT_THAT(rule_ids(diagnose(facts)), testing::ElementsAre("mapping-churn", "cpu-starvation"));
}

TEST(Diagnose, SaysNothingElseAboutAStoppedProcess) {
  Facts facts = ill();
  facts.process.state_letter = 'T';
  EXPECT_THAT(rule_ids(diagnose(facts)), testing::ElementsAre("stopped"));
}

TEST(Diagnose, GoesOnWhenATracerOnlyWatches) {
  Facts facts = ill();
  facts.process.tracer_pid = 5;
  EXPECT_THAT(rule_ids(diagnose(facts)),
              testing::AllOf(testing::Contains("stopped"), testing::Contains("out-of-fds")));
}

TEST(DiagnosisLine, IsTheWorstFindingAndHowManyMore) {
  Finding finding;
  finding.title = "no space left";
  EXPECT_EQ(diagnosis_line({finding}, healthy()), "no space left");
  EXPECT_EQ(diagnosis_line({finding, {}, {}}, healthy()), "no space left (and 2 more)");
}

TEST(DiagnosisLine, SaysWhereTheThreadsWere) {
  Facts facts = healthy();
  add_calls(facts, "epoll_wait", 10, 6s);
  facts.syscalls.in_flight.push_back({1234, "main", "epoll_wait", 3700ms, false, {}});
  EXPECT_EQ(diagnosis_line({}, facts),
            "97.0% of the active threads' time in epoll_wait; " + nothing_found());
}

TEST(DiagnosisLine, LeavesOutThreadsThatSleepThroughTheWindow) {
  Facts facts = healthy();
  add_calls(facts, "read", 10, 8s);
  facts.threads.threads.assign(1, {});
  facts.threads.threads[0].tid = 1234;
  facts.threads.threads[0].calls = 10;
  facts.threads.count = 5;
  for (const pid_t tid : {1, 2, 3, 4})
    facts.syscalls.in_flight.push_back({tid, "idle", "futex", 10s, true, {}});
  EXPECT_THAT(diagnosis_line({}, facts), HasSubstr("80.0% of the active threads' time in read"));
}

TEST(DiagnosisLine, CountsACallInFlightForTheWindowOnly) {
  Facts facts = healthy();
  facts.syscalls.in_flight.push_back({1234, "main", "futex", 24h, true, {}});
  EXPECT_THAT(diagnosis_line({}, facts), HasSubstr("100% of thread time in futex; "));
}

TEST(DiagnosisLine, DoesNotCountACallOfUnknownLength) {
  Facts facts = healthy();
  facts.syscalls.in_flight.push_back({1234, "main", "futex", std::nullopt, false, {}});
  EXPECT_EQ(diagnosis_line({}, facts), nothing_found());
}

TEST(DiagnosisLine, CallsAProcessIdleThatWaitsForSomethingToDo) {
  Facts facts = healthy();
  add_calls(facts, "epoll_wait", 10, 9900ms);
  facts.threads.cpu = Ratio{0.01};
  EXPECT_EQ(diagnosis_line({}, facts),
            "Idle: blocked in epoll_wait 99.0% of the time; " + nothing_found());
  facts.threads.cpu = Ratio{0.05};
  EXPECT_THAT(diagnosis_line({}, facts), testing::Not(HasSubstr("Idle")));
}

TEST(DiagnosisLine, CountsTheThreadsThatAreBusy) {
  Facts facts = healthy();
  add_thread(facts, 1.0);
  facts.threads.cpu = Ratio{1.0};
  EXPECT_EQ(diagnosis_line({}, facts),
            "Busy: 1 thread on CPU (100% of one), no system calls; " + nothing_found());
  add_calls(facts, "read", 1);
  EXPECT_EQ(diagnosis_line({}, facts), "Busy: 1 thread on CPU (100% of one); " + nothing_found());
}

TEST(DiagnosisLine, DoesNotCallAProcessIdleWhoseChildrenAreWatchedToo) {
  Facts facts = healthy();
  add_calls(facts, "wait4", 10, 9900ms);
  facts.threads.cpu = Ratio{0.01};
  facts.process.followed.emplace(1);
  EXPECT_THAT(diagnosis_line({}, facts), HasSubstr("Idle"));
  facts.process.followed->emplace_back();
  EXPECT_EQ(diagnosis_line({}, facts), nothing_found());
}

TEST(DiagnosisLine, TellsThatItEndedWell) {
  Facts facts = healthy();
  facts.wait_status = 0;
  EXPECT_EQ(diagnosis_line({}, facts), "Exited with status 0 after 10.0 s; " + nothing_found());
}

TEST(DiagnosisLine, PrefersTheCpuWhenItIsBusy) {
  Facts facts = healthy();
  facts.threads.cpu = Ratio{1.8};
  EXPECT_EQ(diagnosis_line({}, facts), "Busy: 180% of a CPU, no system calls; " + nothing_found());
}

TEST(DiagnosisLine, AdmitsWhatWasNotLookedAt) {
  Facts facts = healthy();
  facts.window = 500ms;
  facts.sockets.completeness = sections::Completeness::unavailable("no permission");
  EXPECT_EQ(diagnosis_line({}, facts), nothing_found(", nothing known of sockets, most need 2 s"));
}

}  // namespace
}  // namespace debug_process::diagnosis
