// What the tables cannot hold is said, and is still counted.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <sys/syscall.h>

#include "unit/trace/bpf/synthetic.h"

namespace debug_process::trace::bpf {
namespace {

using abi::Abi;
using std::chrono::nanoseconds;

constexpr std::uint32_t kTid = 100;
// None of them is exit, a kind of clone or sigreturn.
constexpr std::uint32_t kFirst = 300;
constexpr std::uint32_t kOverflowRows = 512;
constexpr std::uint32_t kErrorRows = 1024;

SyscallKey number(std::uint32_t call) {
  return {Abi::native, static_cast<std::int32_t>(call)};
}

class Limits : public Synthetic {
 protected:
  // All on one CPU, whose table is meant to be full.
  void SetUp() override {
    Synthetic::SetUp();
    on_cpu(0);
  }
};

TEST_F(Limits, CountsMoreCallsThanATableHasSlots) {
  constexpr std::uint32_t kCalls = CALL_SLOTS + 10;
  for (int round = 0; round < 3; ++round)
    for (std::uint32_t i = 0; i < kCalls; ++i) call(kTid, native(kFirst + i), 100 + i, -2);
  const Activity activity = read();
  ASSERT_EQ(activity.syscalls.size(), kCalls);
  for (std::uint32_t i = 0; i < kCalls; ++i) {
    const SyscallStats stats = stats_of(activity, number(kFirst + i));
    EXPECT_EQ(stats.calls, 3U);
    EXPECT_EQ(stats.errors, 3U);
    EXPECT_EQ(stats.latency.count, 3U);
    EXPECT_EQ(stats.latency.sum, nanoseconds(3 * (100 + i)));
    EXPECT_EQ(stats.latency.min, nanoseconds(100 + i));
    EXPECT_EQ(stats.latency.max, nanoseconds(100 + i));
    EXPECT_EQ(in_histogram(stats), i < CALL_SLOTS ? 3U : 0U);
    EXPECT_EQ(errors_of(activity, number(kFirst + i), 2), 3U);
  }
  EXPECT_EQ(lost(activity, "histogram_slots"), 30U);
  EXPECT_EQ(activity.losses.size(), 1U);
}

TEST_F(Limits, HasNoQuantileOfWhatIsInNoHistogram) {
  // A median of 100 ns, of which no bucket tells, is not the greatest of all.
  for (int i = 0; i < 9; ++i) call(kTid, native(600), 100);
  call(kTid, native(600), 1'000'000);
  const SyscallStats stats = stats_of(read(), number(600));
  EXPECT_EQ(stats.latency.max, nanoseconds(1'000'000));
  EXPECT_EQ(stats.latency.quantile(0.5), std::nullopt);
}

TEST_F(Limits, CountsTransitionsAmongTheCallsWithASlot) {
  for (std::uint32_t i = 0; i < CALL_SLOTS + 2; ++i) call(kTid, native(kFirst + i));
  const Activity activity = read();
  EXPECT_EQ(activity.transitions.size(), CALL_SLOTS - 1U);
  EXPECT_EQ(count_of(activity, number(kFirst), number(kFirst + 1)), 1U);
}

TEST_F(Limits, SaysWhatTheOverflowMapCannotTake) {
  for (std::uint32_t i = 0; i < kOverflowRows + 5; ++i) call(kTid, native(1000 + i));
  const Activity activity = read();
  std::uint64_t counted = 0;
  for (const SyscallStats& stats : activity.syscalls) counted += stats.calls;
  EXPECT_GE(lost(activity, "calls"), 1U);
  EXPECT_EQ(counted + lost(activity, "calls"), kOverflowRows + 5);
  EXPECT_EQ(counted, lost(activity, "histogram_slots"));
}

TEST_F(Limits, SaysWhichErrorsHaveNoRow) {
  // 1024 rows: 4095 errors of one call do not fit, and are counted all the same.
  constexpr std::uint32_t kErrors = kErrorRows + 100;
  for (std::uint32_t i = 1; i <= kErrors; ++i) {
    if (i >= 512 && i <= 516) continue;
    call(kTid, native(SYS_read), 100, -static_cast<std::int64_t>(i));
  }
  const Activity activity = read();
  std::uint64_t in_rows = 0;
  for (const ErrorStats& row : activity.errors) in_rows += row.calls;
  EXPECT_EQ(stats_of(activity, number(SYS_read)).errors, kErrors - 5);
  EXPECT_GE(lost(activity, "error_rows"), 1U);
  EXPECT_EQ(in_rows + lost(activity, "error_rows"), kErrors - 5);
}

TEST_F(Limits, KeepsTheLongestDurationsInTheLastBucket) {
  constexpr std::uint64_t kDay = 24ULL * 3600 * 1'000'000'000;
  call(kTid, native(SYS_read), kDay);
  const SyscallStats stats = stats_of(read(), number(SYS_read));
  EXPECT_EQ(stats.latency.max, nanoseconds(kDay));
  EXPECT_EQ(in_histogram(stats), 1U);
  EXPECT_EQ(stats.latency.quantile(1.0), nanoseconds(kDay));
}

}  // namespace
}  // namespace debug_process::trace::bpf
