// SPDX-License-Identifier: Apache-2.0
#include "util/deadline.h"

#include <gtest/gtest.h>

#include <future>

namespace debug_process {
namespace {

using namespace std::chrono_literals;

TEST(WithDeadline, HandsOverTheResult) {
  EXPECT_EQ(with_deadline(60s, "x", []() -> Result<int> { return 7; }), 7);
  const auto failed = with_deadline(60s, "x", []() -> Result<int> {
    return fail(Error{"do", "it", 0, {}, {}});
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "cannot do it");
}

TEST(WithDeadline, AbandonsWhatDoesNotReturn) {
  struct Gate {
    std::promise<void> open;
    std::promise<void> passed;
  };
  const auto gate = std::make_shared<Gate>();
  const auto stuck = with_deadline(10ms, "/proc/1/maps", [gate]() -> Result<int> {
    gate->open.get_future().wait();
    gate->passed.set_value();
    return 7;
  });
  ASSERT_FALSE(stuck);
  EXPECT_EQ(stuck.error().errno_value, ETIMEDOUT);
  EXPECT_NE(stuck.error().message().find("gave up after 10 ms"), std::string::npos);
  // It still ends well when it is released long after.
  gate->open.set_value();
  gate->passed.get_future().wait();
}

TEST(WithDeadline, KeepsSignalsAwayFromItsThread) {
  const auto blocked = with_deadline(60s, "x", []() -> Result<bool> {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, SIGINT) == 1;
  });
  EXPECT_EQ(blocked, true);
  sigset_t ours;
  pthread_sigmask(SIG_SETMASK, nullptr, &ours);
  EXPECT_EQ(sigismember(&ours, SIGINT), 0);
}

}  // namespace
}  // namespace debug_process
