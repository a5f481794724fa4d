// Where the time of a thread went, and which threads come first.
// SPDX-License-Identifier: Apache-2.0
#include "sections/threads/account.h"

#include <gtest/gtest.h>

#include "sections/threads/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::threads {
namespace {

using namespace std::chrono_literals;
using report::Value;
using std::chrono::nanoseconds;

Sample sample(pid_t tid, nanoseconds on_cpu, nanoseconds run_delay, std::uint64_t switches) {
  Sample sample;
  sample.tid = tid;
  sample.state = 'S';
  sample.start_time = 1s;
  sample.on_cpu = on_cpu;
  sample.run_delay = run_delay;
  sample.voluntary_switches = switches;
  return sample;
}

Thread only(const Sample& start, const Sample& end, nanoseconds window = 2s) {
  Snapshot from, to;
  from.threads = {start};
  to.threads = {end};
  return account(from, to, window).at(0);
}

TEST(ThreadAccount, AddsUpToTheWindow) {
  const Thread thread = only(sample(1, 1s, 100ms, 5), sample(1, 1500ms, 400ms, 9));
  EXPECT_EQ(thread.on_cpu, 500ms);
  EXPECT_EQ(thread.run_delay, 300ms);
  EXPECT_EQ(thread.blocked, 1200ms);
  EXPECT_EQ(thread.unaccounted, 0ns);
  EXPECT_EQ(*thread.on_cpu + *thread.run_delay + *thread.blocked + *thread.unaccounted,
            *thread.observed);
}

TEST(ThreadAccount, CallsWhatIsMissingOfABusyThreadUnaccounted) {
  Sample end = sample(1, 2992ms, 0s, 5);
  end.state = 'R';
  const Thread thread = only(sample(1, 1s, 0s, 5), end);
  EXPECT_EQ(thread.blocked, 0ns);
  EXPECT_EQ(thread.unaccounted, 8ms);
}

TEST(ThreadAccount, GuessesThatOfManyThreadsWithinTwoTicksOnly) {
  Sample start = sample(1, 1s, 0s, 0);
  start.voluntary_switches.reset();
  Sample end = start;
  end.state = 'R';
  end.on_cpu = 2981ms;
  EXPECT_EQ(only(start, end).unaccounted, 19ms);
  end.on_cpu = 2500ms;
  EXPECT_EQ(only(start, end).unaccounted, 0ns);
  EXPECT_EQ(only(start, end).blocked, 500ms);
}

TEST(ThreadAccount, TakesTheTimeBetweenTheReadingsOfThatThread) {
  Sample start = sample(1, 1s, 0s, 1);
  start.at = std::chrono::steady_clock::time_point(100s);
  Sample end = sample(1, 2s, 0s, 2);
  end.at = start.at + 2100ms;
  EXPECT_EQ(only(start, end).observed, 2100ms);
  EXPECT_EQ(only(start, end).blocked, 1100ms);
}

TEST(ThreadAccount, BeginsWithTheThread) {
  Snapshot start, end;
  end.threads = {sample(7, 200ms, 0s, 1)};
  end.threads[0].start_time = 50s;
  end.after_boot = 50s + 500ms;
  const Thread thread = account(start, end, 2s).at(0);
  EXPECT_TRUE(thread.started_in_window);
  EXPECT_EQ(thread.observed, 500ms);
  EXPECT_EQ(thread.blocked, 300ms);
}

TEST(ThreadAccount, IsUnknownWithoutSchedstat) {
  const Source source = fixture_source(kHybrid);
  const Snapshot now = snapshot(source);
  ASSERT_EQ(now.threads.size(), 2U);
  const Facts facts = gather(now, now, 1s, nullptr);
  EXPECT_FALSE(facts.threads[0].run_delay);
  EXPECT_FALSE(facts.threads[0].blocked);
  EXPECT_FALSE(facts.threads[0].unaccounted);
  EXPECT_NE(facts.completeness.reason.find("CONFIG_SCHED_INFO"), std::string::npos)
      << facts.completeness.reason;
  EXPECT_TRUE(is_well_formed(present(facts)));
}

TEST(ThreadOrder, PutsThoseThatWantMostCpuFirst) {
  Thread runs, waits, idle, stuck;
  for (Thread* thread : {&runs, &waits, &idle, &stuck}) {
    thread->state = 'S';
    thread->observed = 1s;
    thread->on_cpu = 0s;
    thread->run_delay = 0s;
    thread->cpu = Ratio{0};
  }
  runs.on_cpu = 400ms;
  waits.on_cpu = 100ms;
  waits.run_delay = 500ms;
  stuck.state = 'D';
  idle.on_cpu = 1ms;
  idle.cpu = Ratio{0.001};
  idle.calls = 1000;
  EXPECT_TRUE(matters_more(waits, runs));
  EXPECT_TRUE(matters_more(runs, stuck));
  EXPECT_TRUE(matters_more(stuck, idle));
  EXPECT_FALSE(matters_more(idle, stuck));
}

TEST(ThreadScheduling, TellsPolicyPriorityAndNice) {
  const Snapshot now = snapshot(fixture_source(kInV2, "v2"));
  const auto section = present(gather(now, now, 1s, nullptr));
  const auto& threads = table(section, "threads");
  const auto column = [&](const char* key) {
    const auto found =
        std::find_if(threads.columns.begin(), threads.columns.end(),
                     [key](const report::Column& other) { return other.key == key; });
    return static_cast<std::size_t>(found - threads.columns.begin());
  };
  EXPECT_EQ(threads.rows[1][column("policy")], Value("fifo"));
  EXPECT_EQ(threads.rows[1][column("realtime_priority")], Value(std::uint64_t{50}));
  EXPECT_EQ(threads.rows[1][column("scheduling")], Value("fifo 50"));
  EXPECT_EQ(threads.rows[0][column("scheduling")], Value("usual"));
  EXPECT_EQ(threads.rows[0][column("cpus_allowed")], Value("0,2"));
  EXPECT_EQ(threads.columns[column("scheduling")].show, report::Show::everywhere);
}

}  // namespace
}  // namespace debug_process::sections::threads
