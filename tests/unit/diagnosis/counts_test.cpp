// What the rules make of counts that are not all: filtered, scaled, sampled, or slowed by a tracer.
// SPDX-License-Identifier: Apache-2.0
#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

Facts only(const char* filter) {
  Facts facts = healthy();
  facts.syscalls.filter = filter;
  return facts;
}

Facts failed_only() {
  Facts facts = only("-Z");
  facts.syscalls.failed_only = true;
  return facts;
}

Facts sampled() {
  Facts facts = healthy();
  facts.syscalls.traced = false;
  facts.syscalls.sampled = true;
  facts.errors.completeness = sections::Completeness::unavailable("sampled");
  return facts;
}

void add_share(Facts& facts, pid_t tid, std::optional<std::string> syscall, std::uint64_t samples,
               char state = 'S', bool idle = false) {
  sections::syscalls::TimeShare share;
  share.tid = tid;
  share.state = state;
  share.syscall = std::move(syscall);
  share.samples = samples;
  share.idle = idle;
  facts.syscalls.time_shares.push_back(share);
}

// A thread that computes and shows no call.
void add_busy_thread(Facts& facts) {
  add_thread(facts, 1.0).calls = 0;
}

TEST(ComputeBound, NeedsAllCalls) {
  Facts all = healthy();
  add_busy_thread(all);
  EXPECT_TRUE(compute_bound(all));
  Facts some = only("-e file");
  add_busy_thread(some);
  EXPECT_FALSE(compute_bound(some));
}

TEST(ComputeBound, NeedsToHaveSeenTwoSeconds) {
  Facts facts = healthy();  // of 10 s
  add_busy_thread(facts);
  facts.syscalls.counts = report::Counts::scaled;
  facts.syscalls.coverage = Ratio{0.19};
  EXPECT_FALSE(compute_bound(facts));
  facts.syscalls.coverage = Ratio{0.2};
  EXPECT_TRUE(compute_bound(facts));
}

TEST(Stopped, TakesFilteredOutCallsForNoStandstill) {
  Facts facts = only("-e file");
  facts.process.state_letter = 't';
  facts.process.tracer_pid = 99;
  ASSERT_TRUE(stopped(facts));
  EXPECT_EQ(stopped(facts)->severity, Severity::warning);
}

TEST(Stopped, FiresWhereEverySampleFoundItHeld) {
  Facts facts = sampled();
  facts.process.state_letter = 't';
  facts.process.tracer_pid = 99;
  add_share(facts, 1, std::nullopt, 100, 't');
  ASSERT_TRUE(stopped(facts));
  EXPECT_EQ(stopped(facts)->severity, Severity::critical);
  add_share(facts, 1, "read", 1);
  EXPECT_EQ(stopped(facts)->severity, Severity::warning);
}

TEST(ConnectTrouble, TakesNoShareOfFailuresInFailures) {
  Facts facts = failed_only();
  add_calls(facts, "connect", 5);
  add_errors(facts, "connect", ECONNREFUSED, 5);
  EXPECT_FALSE(connect_trouble(facts));
  facts.errors.rows[0].errno_value = ETIMEDOUT;  // one is enough, whatever else succeeds
  EXPECT_TRUE(connect_trouble(facts));
}

TEST(EagainStorm, IsSilentWhereSuccessesAreNotCounted) {
  Facts facts = failed_only();
  add_calls(facts, "recvfrom", 50'000);
  add_errors(facts, "recvfrom", EAGAIN, 50'000);
  EXPECT_FALSE(eagain_storm(facts));
  facts.syscalls.failed_only = false;
  EXPECT_TRUE(eagain_storm(facts));
}

TEST(EnoentSearch, IsSilentWhereSomeLookupsAreNotCounted) {
  Facts facts = only("-e openat");
  add_calls(facts, "openat", 10'000);
  add_errors(facts, "openat", ENOENT, 9'000);
  EXPECT_FALSE(enoent_search(facts));
  facts.syscalls.filter = "";
  EXPECT_TRUE(enoent_search(facts));
}

TEST(BrokenPipes, TakesNoShareOfSomeSends) {
  Facts facts = only("-e read,writev");
  add_calls(facts, "writev", 100);
  add_errors(facts, "read", ECONNRESET, 9);
  EXPECT_FALSE(broken_pipes(facts));
  facts.syscalls.filter = "";
  EXPECT_TRUE(broken_pipes(facts));
}

TEST(MappingChurn, TakesNoShareOfSomeCalls) {
  Facts facts = only("-e memory");
  add_calls(facts, "mmap", 1000, 1s);
  EXPECT_FALSE(mapping_churn(facts));
  facts.syscalls.filter = "";
  EXPECT_TRUE(mapping_churn(facts));
}

TEST(MappingChurn, DoesNotBlameTheTargetForTheTracersStops) {
  Facts facts = healthy();
  add_calls(facts, "mmap", 1000, 1s);
  facts.syscalls.inflated_latencies = true;
  EXPECT_FALSE(mapping_churn(facts));
  facts.syscalls.rows[0].calls = 20'000;  // by rate alone
  ASSERT_TRUE(mapping_churn(facts));
  EXPECT_EQ(mapping_churn(facts)->title, "memory is mapped and unmapped at 2k/s");
}

TEST(TimeBySyscall, DoesNotBlameTheTargetForTheTracersStops) {
  Facts facts = healthy();
  add_calls(facts, "gettimeofday", 100'000).latency.sum = 5s;
  EXPECT_EQ(time_by_syscall(facts)->severity, Severity::warning);
  facts.syscalls.inflated_latencies = true;
  EXPECT_EQ(time_by_syscall(facts)->severity, Severity::info);
}

TEST(Rules, MakeNothingOfCallsThatWereOnlySampled) {
  Facts facts = sampled();
  add_thread(facts, 1.0).calls = std::nullopt;
  add_share(facts, 77, std::nullopt, 500, 'R');
  add_share(facts, 78, "sched_yield", 500);
  EXPECT_THAT(diagnose(facts), testing::IsEmpty());
}

TEST(DiagnosisLine, SaysWhichCallsWereCounted) {
  EXPECT_EQ(diagnosis_line({}, only("-e file -Z")), nothing_found(", only calls of -e file -Z"));
  Facts young = healthy();
  young.process.uptime = 9s;
  EXPECT_THAT(diagnosis_line({}, young), HasSubstr(", some wait until it is 10 s old)"));
}

TEST(DiagnosisLine, TellsNoShareOfTimeFromSomeCalls) {
  Facts facts = only("-e read");
  add_calls(facts, "read", 10, 9s);
  EXPECT_THAT(diagnosis_line({}, facts), testing::Not(HasSubstr("time in")));
}

TEST(DiagnosisLine, TellsNoShareOfTimeFromInflatedLatencies) {
  Facts facts = healthy();
  add_calls(facts, "read", 10, 9s);
  facts.syscalls.inflated_latencies = true;
  EXPECT_THAT(diagnosis_line({}, facts), testing::Not(HasSubstr("time in")));
  facts.syscalls.in_flight.push_back({1234, "main", "futex", 9s, true, {}});  // nobody's stop
  facts.syscalls.rows.clear();
  EXPECT_THAT(diagnosis_line({}, facts), HasSubstr("90.0% of thread time in futex"));
}

TEST(DiagnosisLine, SaysWhereSamplesFoundTheThreads) {
  Facts facts = sampled();
  add_share(facts, 7, "epoll_wait", 92);
  add_share(facts, 7, std::nullopt, 8, 'R');
  add_share(facts, 8, "futex", 100, 'S', true);
  EXPECT_EQ(diagnosis_line({}, facts),
            "92.0% of the active threads' time in epoll_wait (sampled); " +
                nothing_found(", no calls counted, nothing known of errors"));
}

TEST(DiagnosisLine, TellsNoShareOfAFewSamples) {
  Facts facts = sampled();
  add_share(facts, 7, "epoll_wait", 19);
  EXPECT_THAT(diagnosis_line({}, facts), testing::Not(HasSubstr("time in")));
  facts.syscalls.time_shares[0].samples = 20;
  EXPECT_THAT(diagnosis_line({}, facts), HasSubstr("100% of thread time in epoll_wait"));
}

}  // namespace
}  // namespace debug_process::diagnosis
