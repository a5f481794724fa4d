// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/measure.h"

#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis {
namespace {

TEST(InMostIntervals, NeedsMoreThanHalfOfThoseThatAreKnown) {
  Facts facts = healthy();
  add_calls(facts, "read", 20'000);
  add_intervals(facts);  // 1,000 each
  EXPECT_TRUE(in_most_intervals(facts, {"read"}, 2000));
  EXPECT_FALSE(in_most_intervals(facts, {"read"}, 2001));
  for (std::size_t i = 0; i < 10; ++i) facts.syscalls.rows[0].intervals[i].calls = 0;
  EXPECT_FALSE(in_most_intervals(facts, {"read"}, 2000));
  facts.syscalls.interval_known[0] = false;  // ten of nineteen
  EXPECT_TRUE(in_most_intervals(facts, {"read"}, 2000));
}

TEST(InMostIntervals, HoldsNothingBackWhereIntervalsAreNotKnown) {
  Facts facts = healthy();
  add_calls(facts, "read", 20'000);
  EXPECT_TRUE(in_most_intervals(facts, {"read"}, 1e9));
  add_intervals(facts);
  facts.syscalls.interval_known.assign(20, false);
  EXPECT_TRUE(in_most_intervals(facts, {"read"}, 1e9));
}

Facts growing(std::initializer_list<std::uint64_t> threads) {
  Facts facts = healthy();
  for (const std::uint64_t number : threads) {
    Interval interval;
    interval.threads = number;
    facts.intervals.intervals.push_back(interval);
  }
  return facts;
}

TEST(GrowsThroughout, NeedsFourOfFiveIntervalsAndTheLast) {
  const auto grows = [](std::initializer_list<std::uint64_t> threads) {
    return grows_throughout(growing(threads), 10, &Interval::threads).has_value();
  };
  EXPECT_TRUE(grows({11, 12, 13, 14, 15}));
  EXPECT_TRUE(grows({11, 12, 12, 14, 15}));
  EXPECT_FALSE(grows({11, 12, 12, 12, 15}));
  EXPECT_FALSE(grows({11, 12, 13, 14, 14}));
  EXPECT_FALSE(grows({9, 12, 13, 14, 15}));
  EXPECT_FALSE(grows({11, 12, 13}));
  EXPECT_FALSE(grows_throughout(growing({11, 12, 13, 14}), std::nullopt, &Interval::threads));
  EXPECT_EQ(grows_throughout(growing({11, 12, 13, 19}), 10, &Interval::threads)->to, 19U);
}

TEST(SurelyMade, IsWhatNoOtherCallsExplain) {
  Facts facts = healthy();
  facts.syscalls.calls = 100;
  const auto& thread = add_thread(facts, 0.5);
  facts.threads.threads[0].calls = 70;
  EXPECT_EQ(surely_made(thread, 60, facts), 30U);  // 40 others
  EXPECT_EQ(surely_made(thread, 30, facts), 0U);
  EXPECT_EQ(cpu_of_loops_around(60, facts), 0ns);
  EXPECT_EQ(cpu_of_loops_around(93, facts), 5s);  // 63 of 70
  EXPECT_EQ(cpu_of_loops_around(92, facts), 0ns);
}

TEST(Severity, DependsOnWhatIsLost) {
  const Facts facts = healthy();  // 10 s
  EXPECT_EQ(severity_of_cpu_time(99ms, facts), Severity::info);
  EXPECT_EQ(severity_of_cpu_time(100ms, facts), Severity::warning);
  EXPECT_EQ(severity_of_thread_time(499ms, facts), Severity::info);
  EXPECT_EQ(severity_of_thread_time(500ms, facts), Severity::warning);
  EXPECT_EQ(severity_of_thread_time(std::nullopt, facts), Severity::info);
}

}  // namespace
}  // namespace debug_process::diagnosis
