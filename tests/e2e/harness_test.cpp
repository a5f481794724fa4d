// What the end-to-end tests rest on.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "e2e/harness.h"

namespace debug_process::e2e {
namespace {

TEST(Harness, ReadsWhatAllChildrenSayWhileAnotherIsWaitedFor) {
  const TemporaryDirectory folder;
  const std::filesystem::path done = folder.path() / "done";
  // More than both pipes hold.
  Process chatty(
      {"/bin/sh", "-c",
       "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; touch \"$0\"; exec cat",
       done.string()});
  const std::string until_done = "until [ -e \"$0\" ]; do sleep 0.01; done";
  const Result other = run({"/bin/sh", "-c", until_done, done.string()});
  EXPECT_EQ(other.code, 0);
  EXPECT_EQ(chatty.out().size(), 1'000'000U);
  EXPECT_EQ(chatty.err().size(), 1'000'000U);
}

}  // namespace
}  // namespace debug_process::e2e
