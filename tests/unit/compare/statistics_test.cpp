// SPDX-License-Identifier: Apache-2.0
#include "compare/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace debug_process::compare {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

constexpr double kExact = 1e-12;

TEST(MannWhitney, IsExactForFew) {
  const std::vector<double> low{1, 2, 3};
  const std::vector<double> high{4, 5, 6};
  EXPECT_NEAR(chance_of_larger(low, high), 1.0 / 20, kExact);
  EXPECT_NEAR(chance_of_larger(high, low), 1, kExact);
  // U = 8: seven of the twenty choices are at least as high (tables of Mann and Whitney).
  EXPECT_NEAR(chance_of_larger(std::vector<double>{1, 2, 4}, std::vector<double>{3, 5, 6}),
              2.0 / 20, kExact);
}

TEST(MannWhitney, CountsTiesHalf) {
  const std::vector<double> same{1, 1, 1, 1, 1, 1};
  EXPECT_NEAR(chance_of_larger(same, same), 1, kExact);
  const std::vector<double> some{1, 1, 1, 1, 1, 2};
  EXPECT_NEAR(chance_of_larger(same, some), 0.5, kExact);
}

TEST(MannWhitney, IsApproximatelyExactForMany) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  std::vector<double> a(20);
  std::vector<double> b(20);
  for (double& value : a) value = normal(random);
  for (double& value : b) value = normal(random) + 0.5;
  const double exact = chance_of_larger(a, b);
  a.push_back(-100);  // beyond the limit, and nearly the same question
  b.push_back(100);
  EXPECT_NEAR(chance_of_larger(a, b), exact, 0.05);
}

TEST(MannWhitney, KnowsNothingOfNothing) {
  EXPECT_EQ(chance_of_larger({}, std::vector<double>{1}), 1);
}

TEST(ConditionalBinomial, IsExact) {
  EXPECT_NEAR(chance_of_more(0, 1, 5, 1, 1), 1.0 / 32, 1e-9);
  EXPECT_NEAR(chance_of_more(3, 1, 3, 1, 1), 42.0 / 64, 1e-9);
  // Twice the time: two events in three are b's by chance.
  EXPECT_NEAR(chance_of_more(0, 1, 2, 2, 1), 4.0 / 9, 1e-9);
}

TEST(ConditionalBinomial, AsksForMoreThanTheRatio) {
  EXPECT_LT(chance_of_more(1000, 1, 1150, 1, 1), 0.01);
  EXPECT_GT(chance_of_more(1000, 1, 1150, 1, 1.2), 0.5);
  EXPECT_LT(chance_of_more(1e9, 1, 2e9, 1, 1.2), 1e-9);
  EXPECT_EQ(chance_of_more(0, 1, 0, 1, 1.2), 1);
}

TEST(NormalTail, IsTheTextbooks) {
  EXPECT_THAT(normal_tail(1.959964), DoubleNear(0.025, 1e-6));
  EXPECT_THAT(normal_tail(0), DoubleNear(0.5, kExact));
}

TEST(BenjaminiHochberg, RejectsByRank) {
  const std::vector<double> chances{0.04, 0.001, 0.03, 0.9, 0.02};
  EXPECT_THAT(reject(chances, 0.05), ElementsAre(true, true, true, false, true));
  const std::vector<double> more{0.04, 0.001, 0.05, 0.9, 0.06};
  EXPECT_THAT(reject(more, 0.05), ElementsAre(false, true, false, false, false));
  EXPECT_THAT(reject({}, 0.05), testing::IsEmpty());
}

TEST(Median, IsTheMiddle) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median({}), 0);
}

TEST(RandomNumbers, AreTheSameInEveryRun) {
  Random one(7);
  Random two(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.index(10), two.index(10));
}

}  // namespace
}  // namespace debug_process::compare
