// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/sampler.h"

#include <gmock/gmock.h>

#include <ctime>

#include "unit/trace/fake_proc.h"

namespace debug_process::trace::sampling {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const Clock::time_point kStart{};
// Between the moments: all that looking costs here has been earned back by then, also where a busy
// host took the CPU away for a while in the middle of a look, which counts as ours.
constexpr auto kStep = 1min;

class SamplerTest : public FakeProc {
 protected:
  void SetUp() override {
    FakeProc::SetUp();
    put_process(kPid);
    put_thread(kPid, {});
  }

  Sampler begun(const WatchOptions& options = {}) const {
    auto family = Family::of(procfs(), kPid);
    EXPECT_TRUE(family);
    Sampler sampler(std::move(*family), options);
    sampler.begin(kStart);
    return sampler;
  }

  static void tick(Sampler& sampler, int times = 1) {
    for (int i = 0; i < times; ++i) {
      now_ += kStep;
      sampler.tick(now_);
    }
  }
  static Activity finish(Sampler& sampler) { return sampler.finish(now_); }

  static inline Clock::time_point now_ = kStart;
};

TEST_F(SamplerTest, LooksAtEveryThreadAtEachMoment) {
  put_thread(101, {kRunning, 'R', "0"});
  Sampler sampler = begun();
  tick(sampler, 3);
  const Activity activity = finish(sampler);
  EXPECT_EQ(activity.counts, Counts::samples);
  EXPECT_EQ(activity.passes, 3U);
  ASSERT_EQ(activity.sampled.size(), 2U);
  for (const Sampled& row : activity.sampled) EXPECT_EQ(row.samples, 3U);
  EXPECT_THAT(activity.syscalls, IsEmpty());
  EXPECT_THAT(activity.notes, IsEmpty());
  EXPECT_FALSE(activity.cost.target_per_call);
}

TEST_F(SamplerTest, FollowsThreadsThatComeAndGo) {
  Sampler sampler = begun();
  tick(sampler);
  put_thread(101, {});
  tick(sampler);
  remove("100/task/101");
  tick(sampler);
  const Activity activity = finish(sampler);
  ASSERT_EQ(activity.sampled.size(), 2U);
  EXPECT_EQ(activity.sampled[0].samples, 3U);
  EXPECT_EQ(activity.sampled[1].samples, 1U);
}

TEST_F(SamplerTest, TellsCallsInFlightAndForHowLong) {
  put_thread(101, {kRunning, 'R', "0"});
  Sampler sampler = begun();
  tick(sampler, 3);
  const Activity activity = finish(sampler);
  ASSERT_EQ(activity.in_flight.size(), 1U);
  EXPECT_EQ(activity.in_flight[0].tid, kPid);
  EXPECT_EQ(activity.in_flight[0].elapsed, 2 * kStep);  // since the first look
}

TEST_F(SamplerTest, GoesOnWhereAMomentEnded) {
  for (pid_t tid = 101; tid <= 400; ++tid) put_thread(tid, {});
  Sampler sampler = begun();
  // Hardly any time passes, so that the allowance is soon used up.
  for (int i = 0; i < 200; ++i) sampler.tick(kStart + i * 1ms);
  const Activity activity = sampler.finish(kStart + 200ms);
  std::uint64_t fewest = UINT64_MAX;
  std::uint64_t most = 0;
  for (const Sampled& row : activity.sampled) {
    fewest = std::min(fewest, row.samples);
    most = std::max(most, row.samples);
  }
  EXPECT_LE(most - fewest, 1U);
  EXPECT_THAT(activity.notes, Contains(HasSubstr("each of 301 threads")));
}

TEST_F(SamplerTest, SaysWhenAFewThreadsWereLookedAtLessOften) {
  Sampler sampler = begun();
  // No time passes in which looking would be paid for.
  for (int i = 0; i < 2000; ++i) sampler.tick(kStart);
  EXPECT_THAT(sampler.finish(kStart + 1min).notes, Contains(HasSubstr("each of 1 threads")));
}

// As for a thread that a busy host leaves without a CPU: what that lasts counts as its CPU time.
TEST_F(SamplerTest, LooksOnceAtTheEndWhenNoneWasAllowedBefore) {
  put_thread(101, {kRunning, 'R', "0"});
  Sampler sampler = begun();
  const auto cpu_time = [] {
    return std::clock() * (std::chrono::nanoseconds(1s) / CLOCKS_PER_SEC);
  };
  for (const auto end = cpu_time() + 2 * Allowance::kMost; cpu_time() < end;) {
  }
  sampler.tick(kStart);
  const Activity activity = sampler.finish(kStart + 1s);
  EXPECT_EQ(activity.passes, 1U);
  ASSERT_EQ(activity.sampled.size(), 2U);
  for (const Sampled& row : activity.sampled) EXPECT_EQ(row.samples, 1U);
  EXPECT_THAT(activity.notes, Contains(HasSubstr("each of 2 threads was looked at 1 times")));
}

TEST_F(SamplerTest, TakesNothingOfAReusedNumber) {
  Sampler sampler = begun();
  tick(sampler);
  put_process(kPid, 1, 'S', 0, 501);
  tick(sampler, 5);
  const Activity activity = finish(sampler);
  EXPECT_EQ(activity.passes, 1U);
  EXPECT_THAT(activity.in_flight, IsEmpty());
}

TEST_F(SamplerTest, LeavesOutWhatACommandWasBeforeItsExecve) {
  constexpr unsigned kForkedNotExecuted = 0x40;
  put_process(kPid, 1, 'S', kForkedNotExecuted);
  WatchOptions options;
  options.from_next_exec = true;
  Sampler sampler = begun(options);
  tick(sampler, 3);
  put_process(kPid);
  tick(sampler, 2);
  const Activity activity = finish(sampler);
  ASSERT_EQ(activity.sampled.size(), 1U);
  EXPECT_EQ(activity.sampled[0].samples, 2U);
}

TEST_F(SamplerTest, CountsChildrenInOnlyWhenAsked) {
  put_process(120, kPid);
  put_thread(120, {}, 120);
  Sampler alone = begun();
  tick(alone);
  EXPECT_EQ(finish(alone).sampled.size(), 1U);
  WatchOptions options;
  options.follow = true;
  Sampler all = begun(options);
  tick(all);
  const Activity activity = finish(all);
  EXPECT_EQ(activity.sampled.size(), 2U);
  ASSERT_EQ(activity.processes.size(), 2U);
  EXPECT_EQ(activity.processes[0].pid, kPid);
  EXPECT_EQ(activity.processes[1].pid, 120);
  EXPECT_EQ(activity.processes[1].parent, kPid);
}

TEST_F(SamplerTest, LooksHoweverLongItTakesToFindChildren) {
  constexpr pid_t kOthers = 3000;
  for (pid_t other = 1; other <= kOthers; ++other) put_process(kPid + other);
  WatchOptions options;
  options.follow = true;
  Sampler sampler = begun(options);
  sampler.tick(kStart);
  ASSERT_GT(sampler.spent(), Allowance::kMost);
  EXPECT_EQ(sampler.finish(kStart).passes, 1U);
}

TEST_F(SamplerTest, SaysWhatItCannotAnswer) {
  WatchOptions options;
  options.failed_only = true;
  options.trace_set = *TraceSet::parse("read");
  Sampler sampler = begun(options);
  tick(sampler);
  const Activity activity = finish(sampler);
  EXPECT_THAT(activity.notes, Contains(HasSubstr("-Z has no effect")));
  EXPECT_THAT(activity.notes, Contains(HasSubstr("-e read")));
}

TEST_F(SamplerTest, SaysOnceWhyCallsAreNotKnown) {
  remove("100/task/100/syscall");
  Sampler sampler = begun();
  tick(sampler, 3);
  const Activity activity = finish(sampler);
  EXPECT_THAT(activity.notes, testing::ElementsAre(HasSubstr("CONFIG_HAVE_ARCH_TRACEHOOK")));
  ASSERT_EQ(activity.sampled.size(), 1U);
  EXPECT_FALSE(activity.sampled[0].call_known);
  EXPECT_EQ(activity.sampled[0].wait_channel, "pipe_read");
}

}  // namespace
}  // namespace debug_process::trace::sampling
