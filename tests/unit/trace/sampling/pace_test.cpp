// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/pace.h"

#include <gtest/gtest.h>

#include <set>

namespace debug_process::trace::sampling {
namespace {

using namespace std::chrono_literals;

// How much of `time` can be spent in steps of `look`, asked for every interval.
std::chrono::nanoseconds spend_all(std::chrono::nanoseconds time, std::chrono::nanoseconds look) {
  Allowance allowance;
  std::chrono::nanoseconds spent{0};
  for (std::chrono::nanoseconds now{0}; now < time; now += kInterval) {
    allowance.earn(kInterval);
    while (allowance.is_left()) {
      allowance.spend(look);
      spent += look;
    }
  }
  return spent;
}

TEST(Allowance, HoldsTheShareWhateverALookCosts) {
  for (const std::chrono::nanoseconds look : {3us, 100us, 30000us}) {
    const double share = static_cast<double>(spend_all(100s, look).count()) / 100e9;
    EXPECT_LE(share, kShare + 0.001) << look.count();
    EXPECT_GE(share, kShare * 0.9) << look.count();
  }
}

TEST(Allowance, SavesUpLittleWhileThereIsNothingToDo) {
  Allowance allowance;
  allowance.earn(1h);
  allowance.spend(Allowance::kMost);
  EXPECT_FALSE(allowance.is_left());
}

TEST(Beat, IsUnevenAndEvenOnAverage) {
  Beat beat(1);
  std::chrono::nanoseconds sum{0};
  std::set<std::chrono::nanoseconds> different;
  constexpr int kBeats = 1000;
  for (int i = 0; i < kBeats; ++i) {
    const auto next = beat.next();
    EXPECT_GE(next, kInterval * 3 / 4);
    EXPECT_LE(next, kInterval * 5 / 4);
    sum += next;
    different.insert(next);
  }
  EXPECT_GT(different.size(), 900U);
  const double mean = static_cast<double>((sum / kBeats).count());
  EXPECT_NEAR(mean, static_cast<double>(std::chrono::nanoseconds(kInterval).count()), 0.5e6);
}

}  // namespace
}  // namespace debug_process::trace::sampling
