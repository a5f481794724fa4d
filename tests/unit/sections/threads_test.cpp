// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include "sections/threads/gather.h"
#include "sections/threads/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::threads {
namespace {

using namespace std::chrono_literals;
using report::Status;
using report::Value;

Sample sample(pid_t tid, std::chrono::nanoseconds on_cpu,
              std::chrono::nanoseconds start_time = 1s) {
  Sample sample;
  sample.tid = tid;
  sample.name = "t";
  sample.state = 'S';
  sample.start_time = start_time;
  sample.on_cpu = on_cpu;
  sample.run_delay = on_cpu / 10;
  sample.voluntary_switches = 10;
  sample.involuntary_switches = 1;
  return sample;
}

Snapshot snapshot_of(std::vector<Sample> samples, std::chrono::nanoseconds process_cpu = 0s) {
  Snapshot snapshot;
  snapshot.threads = std::move(samples);
  snapshot.process_cpu = process_cpu;
  return snapshot;
}

TEST(ThreadsSection, ReadsAFixture) {
  const Snapshot snapshot = threads::snapshot(fixture_source(kHostile));
  ASSERT_EQ(snapshot.threads.size(), 2U);
  EXPECT_EQ(snapshot.threads[0].name, "a) R 1 (b\nc\\");
  EXPECT_EQ(snapshot.threads[1].name, "w\x1b[31m rk");
  EXPECT_EQ(snapshot.threads[1].state, 'R');
  EXPECT_EQ(snapshot.threads[1].on_cpu, 1400ms);
  EXPECT_EQ(snapshot.threads[1].run_delay, 9000ns);
  EXPECT_EQ(snapshot.threads[1].voluntary_switches, 5U);
  EXPECT_EQ(snapshot.threads[1].user, 1s);
  EXPECT_EQ(snapshot.process_cpu, 2s);
}

TEST(ThreadsSection, ReadsThreadsOfAZombieLeader) {
  const Snapshot snapshot = threads::snapshot(fixture_source(kZombieLeader));
  ASSERT_EQ(snapshot.threads.size(), 2U);
  EXPECT_EQ(snapshot.threads[0].state, 'Z');
  EXPECT_EQ(snapshot.threads[1].name, "alive");
}

TEST(ThreadsSection, TakesDifferencesOverTheWindow) {
  const auto start = snapshot_of({sample(1, 1s), sample(2, 5s)});
  const auto end = snapshot_of({sample(1, 1500ms), sample(2, 7s)});
  const Facts facts = gather(start, end, 2s, nullptr);
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  ASSERT_EQ(facts.threads.size(), 2U);
  EXPECT_EQ(facts.threads[0].tid, 2);
  EXPECT_DOUBLE_EQ(facts.threads[0].cpu->value, 1.0);
  EXPECT_DOUBLE_EQ(facts.threads[1].cpu->value, 0.25);
  EXPECT_EQ(facts.threads[0].run_delay, 200ms);
  EXPECT_EQ(facts.threads[0].voluntary_switches, 0U);
  EXPECT_DOUBLE_EQ(facts.cpu->value, 1.25);
  EXPECT_FALSE(facts.threads[0].calls);
  EXPECT_EQ(facts.started_in_window, 0U);
  EXPECT_EQ(facts.ended_in_window, 0U);
}

TEST(ThreadsSection, CountsANewThreadFromItsStart) {
  const Facts facts = gather(snapshot_of({sample(1, 1s)}),
                             snapshot_of({sample(1, 1s), sample(3, 1s)}), 2s, nullptr);
  EXPECT_EQ(facts.threads[0].tid, 3);
  EXPECT_TRUE(facts.threads[0].started_in_window);
  EXPECT_DOUBLE_EQ(facts.threads[0].cpu->value, 0.5);
  EXPECT_EQ(facts.threads[0].voluntary_switches, 10U);
  EXPECT_EQ(facts.started_in_window, 1U);
  EXPECT_EQ(facts.ended_in_window, 0U);
}

TEST(ThreadsSection, IsNotFooledByAReusedTid) {
  const Facts facts = gather(snapshot_of({sample(1, 1s), sample(2, 9s)}),
                             snapshot_of({sample(1, 1s), sample(2, 1s, 5s)}), 2s, nullptr);
  EXPECT_EQ(facts.started_in_window, 1U);
  EXPECT_EQ(facts.ended_in_window, 1U);
  EXPECT_DOUBLE_EQ(facts.threads[0].cpu->value, 0.5);
}

TEST(ThreadsSection, KeepsTheTimeOfThreadsThatEnded) {
  const Facts facts = gather(snapshot_of({sample(1, 1s), sample(2, 9s)}, 10s),
                             snapshot_of({sample(1, 1500ms)}, 12s), 2s, nullptr);
  EXPECT_EQ(facts.ended_in_window, 1U);
  EXPECT_DOUBLE_EQ(facts.cpu->value, 1.0);
}

TEST(ThreadsSection, FallsBackToTicksWithoutSchedstat) {
  Sample start = sample(1, 0s);
  start.on_cpu.reset();
  start.run_delay.reset();
  Sample end = start;
  end.user = 1s;
  const Facts facts = gather(snapshot_of({start}), snapshot_of({end}), 2s, nullptr);
  EXPECT_DOUBLE_EQ(facts.cpu->value, 0.5);
  EXPECT_FALSE(facts.run_delay);
  EXPECT_FALSE(facts.threads[0].run_delay);
}

TEST(ThreadsSection, JoinsTheCallsOfTheTracer) {
  trace::Activity activity;
  activity.threads = {{1, 100}};
  activity.exited_threads_calls = 7;
  activity.exited_thread_count = 2;
  const Facts facts = gather(snapshot_of({sample(1, 1s), sample(2, 1s)}),
                             snapshot_of({sample(1, 1s), sample(2, 1s)}), 2s, &activity);
  EXPECT_EQ(facts.threads[0].tid, 1);
  EXPECT_EQ(facts.threads[0].calls, 100U);
  EXPECT_EQ(facts.threads[1].calls, 0U);
  EXPECT_EQ(facts.exited_thread_calls, 7U);
  EXPECT_EQ(facts.exited_thread_count, 2U);
}

TEST(ThreadsSection, LeavesCallsUnknownWhereTheyWereSampled) {
  trace::Activity activity;
  activity.counts = trace::Counts::samples;
  const auto both = snapshot_of({sample(1, 1s)});
  const Facts facts = gather(both, both, 2s, &activity);
  EXPECT_FALSE(facts.threads[0].calls);
  EXPECT_FALSE(facts.exited_thread_count);
  EXPECT_FALSE(facts.exited_thread_calls);
}

TEST(ThreadsSection, SaysWhatItsCallsAre) {
  trace::Activity activity;
  const auto both = snapshot_of({sample(1, 1s)});
  EXPECT_EQ(present(gather(both, both, 2s, &activity)).tables.at(0).title, "");
  activity.counts = trace::Counts::scaled;
  EXPECT_EQ(present(gather(both, both, 2s, &activity)).tables.at(0).title, "Calls are scaled");
  const Filter filter{*trace::TraceSet::parse("read"), false};
  EXPECT_EQ(present(gather(both, both, 2s, &activity, filter)).tables.at(0).title,
            "Calls are only those of -e read, scaled");
}

TEST(ThreadsSection, LeavesRatiosUnknownWithoutAWindow) {
  const Facts facts =
      gather(snapshot_of({sample(1, 1s)}), snapshot_of({sample(1, 1s)}), 0s, nullptr);
  EXPECT_FALSE(facts.cpu);
  EXPECT_FALSE(facts.threads[0].cpu);
}

TEST(ThreadsSection, SaysWhenTheProcessHasEnded) {
  const Snapshot gone = threads::snapshot(fixture_source(kNobody));
  const auto without = present(gather(snapshot_of({sample(1, 1s)}), gone, 2s, nullptr));
  EXPECT_EQ(without.status, Status::unavailable);
  EXPECT_EQ(without.reason, "the process had ended");
  trace::Activity activity;
  activity.exited_threads_calls = 7;
  const auto with = present(gather(snapshot_of({sample(1, 1s)}), gone, 2s, &activity));
  EXPECT_TRUE(is_well_formed(with));
  EXPECT_EQ(with.status, Status::partial);
  EXPECT_EQ(metric(with, "exited_threads_calls"), Value(std::uint64_t{7}));
  EXPECT_TRUE(is_unknown(metric(with, "threads")));
}

TEST(ThreadsSection, SaysWhenSwitchesWereNotRead) {
  auto many = snapshot_of({sample(1, 1s)});
  many.switches_read = false;
  EXPECT_EQ(gather(many, many, 2s, nullptr).completeness.status, Status::partial);
}

TEST(ThreadsSection, PresentsTheContractsKeys) {
  const auto start = threads::snapshot(fixture_source(kHostile));
  const auto section = present(gather(start, start, 1s, nullptr));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(metric(section, "threads"), Value(std::uint64_t{2}));
  EXPECT_EQ(metric(section, "cpu_ratio"), Value(Ratio{0}));
  ASSERT_EQ(section.tables.size(), 1U);
  std::vector<std::string> keys;
  for (const auto& column : section.tables[0].columns) keys.push_back(column.key);
  for (const char* key : {"tid", "name", "state", "cpu_ratio", "user_ns", "system_ns",
                          "run_delay_ns", "voluntary_switches", "involuntary_switches", "calls"}) {
    EXPECT_NE(std::find(keys.begin(), keys.end(), key), keys.end()) << key;
  }
}

TEST(ThreadsSection, TellsOurselves) {
  Source source;
  source.pid = ::getpid();
  const Snapshot snapshot = threads::snapshot(source);
  const Facts facts = gather(snapshot, threads::snapshot(source), 1s, nullptr);
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  EXPECT_GE(facts.count.value_or(0), 1U);
}

}  // namespace
}  // namespace debug_process::sections::threads
