// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/sampling_backend.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

namespace debug_process::trace::sampling {
namespace {

WatchOptions on(pid_t pid) {
  WatchOptions options;
  options.pid = pid;
  return options;
}

TEST(SamplingBackend, NeedsAProcess) {
  const auto backend = load(on(std::numeric_limits<pid_t>::max()));
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().errno_value, ENOENT);
}

TEST(SamplingBackend, TellsWhereThreadsStand) {
  const auto backend = load(on(::getpid()));
  ASSERT_TRUE(backend);
  (*backend)->start();
  const auto activity = (*backend)->stop();
  ASSERT_TRUE(activity);
  EXPECT_EQ(activity->counts, Counts::samples);
  EXPECT_GT(activity->observed.count(), 0);
  for (const Sampled& row : activity->sampled) EXPECT_EQ(row.pid, ::getpid());
}

TEST(SamplingBackend, EndsWithoutHavingBegun) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(load(on(::getpid())));
}

TEST(SamplingBackend, EndsWithoutHavingBeenAsked) {
  for (int i = 0; i < 50; ++i) {
    const auto backend = load(on(::getpid()));
    ASSERT_TRUE(backend);
    (*backend)->start();
  }
}

}  // namespace
}  // namespace debug_process::trace::sampling
