// SPDX-License-Identifier: Apache-2.0
#include "util/result.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace debug_process {
namespace {

TEST(ErrnoName, KnowsNamesAndKeepsNumbersItDoesNotKnow) {
  EXPECT_EQ(errno_name(ENOENT), "ENOENT");
  EXPECT_EQ(errno_name(4711), "errno 4711");
}

TEST(Error, SaysWhatOnWhatAndWhy) {
  const Error error{"open", "/proc/1/maps", EACCES, "", "run as root"};
  EXPECT_EQ(error.message(), "cannot open /proc/1/maps: Permission denied (EACCES)");
}

TEST(Error, AddsWhatIsKnownBeyondErrno) {
  const Error error{"load BPF program", "syscall_stats", EINVAL, "verifier: too complex", ""};
  EXPECT_EQ(error.message(),
            "cannot load BPF program syscall_stats: Invalid argument (EINVAL): "
            "verifier: too complex");
}

TEST(Error, LeavesOutWhatIsEmpty) {
  EXPECT_EQ((Error{"attach", "", 0, "", ""}.message()), "cannot attach");
  EXPECT_EQ((Error{"attach", "", 4711, "", ""}.message()),
            "cannot attach: unknown error (errno 4711)");
}

TEST(FailErrno, KeepsErrno) {
  errno = ESRCH;
  const Result<int> result = fail_errno("read", "/proc/7/stat", "is it gone?");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().errno_value, ESRCH);
  EXPECT_EQ(result.error().object, "/proc/7/stat");
  EXPECT_EQ(result.error().hint, "is it gone?");
}

}  // namespace
}  // namespace debug_process
