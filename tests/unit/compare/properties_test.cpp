// What must hold for any two reports, and how often the answers are right.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>
#include <string>

#include "compare/capture.h"
#include "compare/compare.h"
#include "render/json.h"
#include "render/json_reader.h"
#include "unit/compare/simulated_report.h"

namespace debug_process::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> found(const Load& before, const Load& after, std::uint64_t seed) {
  const auto comparison =
      compare(simulate(before, 2 * seed), simulate(after, 2 * seed + 1), {"old", "new"});
  EXPECT_TRUE(comparison) << comparison.error().message();
  std::vector<std::string> keys;
  for (const Difference& difference : comparison->differences)
    if (difference.found()) keys.push_back(difference.key);
  return keys;
}

// Of so many pairs, those whose answer is just this.
int right(const Load& before, const Load& after, const std::vector<std::string>& keys, int pairs) {
  int right = 0;
  for (int i = 0; i < pairs; ++i)
    right += found(before, after, static_cast<std::uint64_t>(i)) == keys ? 1 : 0;
  return right;
}

TEST(Compared, WithItselfNothingIsDifferent) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Load load;
    load.noise = 0.5;
    const report::Report report = simulate(load, seed);
    const auto comparison = compare(report, report, {"a", "a"});
    ASSERT_TRUE(comparison);
    EXPECT_FALSE(comparison->found_any());
    EXPECT_EQ(comparison->count(Verdict::cannot_tell), 0U);
    EXPECT_THAT(comparison->warnings, IsEmpty());
  }
}

TEST(Compared, IsTheSameAfterJson) {
  Load faulty;
  call(faulty, "write").latency_us = 200;
  const report::Report before = simulate({}, 1);
  const report::Report after = simulate(faulty, 2);
  const auto again = render::read_json(render::render_json(after, {}), "new");
  ASSERT_TRUE(again) << again.error().message();
  const auto direct = compare(before, after, {"old", "new"});
  const auto read = compare(before, *again, {"old", "new"});
  ASSERT_TRUE(direct && read);
  EXPECT_EQ(render::render_json(as_report(*direct, before, after), {}),
            render::render_json(as_report(*read, before, *again), {}));
}

TEST(Compared, TheSameLoadIsTheSame) {
  EXPECT_EQ(right({}, {}, {}, 300), 300);
}

TEST(Compared, AnUnsteadyLoadIsTheSame) {
  Load load;
  load.noise = 0.5;
  load.call_noise = 0.3;
  EXPECT_GE(right(load, load, {}, 300), 297);
}

TEST(Compared, ALoadThatDriftsByATenthIsTheSame) {
  Load drifted;
  for (SimulatedCall& each : drifted.calls) each.rate *= 1.1;
  EXPECT_EQ(right({}, drifted, {}, 100), 100);
}

TEST(Compared, ASlowWriteIsFoundAlone) {
  Load slow;
  call(slow, "write").latency_us = 200;
  EXPECT_GE(right({}, slow, {"syscalls.syscalls[write].histogram"}, 100), 98);
}

TEST(Compared, ASlowTailIsFoundAlone) {
  Load slow;
  call(slow, "write").slow_share = 0.03;
  EXPECT_GE(right({}, slow, {"syscalls.syscalls[write].p99_ns"}, 100), 95);
}

TEST(Compared, ADoubledRateIsFoundAlone) {
  Load fast;
  for (SimulatedCall& each : fast.calls) each.rate *= 2;
  fast.cpu *= 2;
  EXPECT_GE(right({}, fast, {"syscalls.calls_per_s"}, 100), 98);
}

TEST(Compared, ADoubledRateOfOneCallIsFoundAlone) {
  Load fast;
  call(fast, "read").rate *= 2;
  EXPECT_GE(right({}, fast, {"syscalls.syscalls[read].calls"}, 100), 98);
}

TEST(Compared, AStormOfErrorsIsFoundAlone) {
  Load storm;
  storm.calls.push_back({"openat", 2000, 3, 0.5, 0, "ENOENT", 2000});
  EXPECT_GE(right({}, storm, {"errors.errors[openat ENOENT].calls"}, 100), 98);
}

TEST(Compared, RareErrorsAreFoundByTheirNumber) {
  Load failing;
  call(failing, "read").error = "EIO";
  call(failing, "read").error_rate = 4;  // two in an interval
  // Two in an interval clump by chance now and then, and then it may as well be one event.
  EXPECT_GE(right({}, failing, {"errors.errors[read EIO].calls"}, 100), 88);
}

TEST(Compared, WindowsOfDifferentLengthAreTheSame) {
  Load longer;
  longer.intervals = 16;
  EXPECT_EQ(right({}, longer, {}, 100), 100);
}

TEST(Compared, ALongerWindowOfTheSameIntervalsHasTheSameRates) {
  // Twice the same eight intervals: twice the counts in twice the time.
  const report::Report once = simulate({}, 3);
  report::Report twice = once;
  twice.run.window *= 2;
  const auto doubled = [](report::Value& value) {
    if (auto* const count = std::get_if<std::uint64_t>(&value)) *count *= 2;
    if (auto* const time = std::get_if<std::chrono::nanoseconds>(&value)) *time *= 2;
    if (auto* const series = std::get_if<report::Series>(&value)) {
      const report::Series copy = *series;
      series->insert(series->end(), copy.begin(), copy.end());
    }
    if (auto* const all = std::get_if<std::vector<Histogram>>(&value)) {
      const std::vector<Histogram> copy = *all;
      all->insert(all->end(), copy.begin(), copy.end());
    }
    if (auto* const histogram = std::get_if<Boxed<Histogram>>(&value)) {
      Histogram sum = *histogram;
      sum.merge(*histogram);
      *histogram = std::move(sum);
    }
  };
  for (report::Section& section : twice.sections) {
    if (section.id == "syscalls") {
      for (report::Metric& metric : section.metrics) doubled(metric.value);
      for (auto& row : section.tables[0].rows)
        for (report::Value& value : row) doubled(value);
    }
    if (section.id == "intervals") {
      auto& rows = section.tables[0].rows;
      const auto copy = rows;
      rows.insert(rows.end(), copy.begin(), copy.end());
    }
  }
  const auto comparison = compare(once, twice, {"old", "new"});
  ASSERT_TRUE(comparison);
  for (const Difference& difference : comparison->differences)
    if (difference.key.starts_with("syscalls.")) {
      EXPECT_NEAR(difference.change, 1, 1e-9) << difference.key;
    }
  EXPECT_FALSE(comparison->found_any());
}

TEST(Capture, HasIntervalsThatMakeUpTheWhole) {
  const Capture capture = capture_of(simulate({}, 5));
  EXPECT_EQ(capture.intervals, 8U);
  for (const auto& [name, each] : capture.by_call) {
    double calls = 0;
    for (const double rate : each.calls.rates) calls += rate * 0.5;
    EXPECT_NEAR(calls, each.calls.count, 1e-6) << name;
    Histogram whole;
    for (const Histogram& part : each.latencies) whole.merge(part);
    EXPECT_EQ(whole, each.latency) << name;
  }
}

TEST(Capture, LeavesAShortLastIntervalOut) {
  report::Report report = simulate({}, 5);
  auto& rows = report.sections.at(1).tables.at(0).rows;
  rows.back().at(1) = std::chrono::nanoseconds(10'000'000);
  EXPECT_EQ(capture_of(report).intervals, 7U);
  EXPECT_EQ(capture_of(report).by_call.at("read").calls.rates.size(), 7U);
}

// Numbers in a report are others in turn: whatever a file says, there is an answer.
TEST(Compared, ADamagedReportHasAnAnswer) {
  const report::Report before = simulate({}, 1);
  const std::string whole = render::render_json(before, {});
  std::mt19937 random(1);  // NOLINT: the same in every run
  int answers = 0;
  for (int i = 0; i < 300; ++i) {
    std::string text = whole;
    for (int damage = 0; damage < 20; ++damage) {
      const std::size_t at = text.find_first_of("0123456789", random() % text.size());
      if (at == std::string::npos) continue;
      static constexpr std::array<const char*, 5> kNumbers{"9223372036854775807", "0", "-1", "null",
                                                           "99"};
      const std::size_t end = text.find_first_not_of("0123456789.", at);
      text.replace(at, end - at, kNumbers[random() % kNumbers.size()]);
    }
    const auto after = render::read_json(text, "damaged");
    if (!after) continue;
    const auto comparison = compare(before, *after, {"old", "damaged"});
    if (!comparison) continue;
    ++answers;
    EXPECT_FALSE(render::render_json(as_report(*comparison, before, *after), {}).empty());
  }
  EXPECT_GT(answers, 50);
}

}  // namespace
}  // namespace debug_process::compare
