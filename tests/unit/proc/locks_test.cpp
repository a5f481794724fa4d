// SPDX-License-Identifier: Apache-2.0
#include "proc/locks.h"

#include <gtest/gtest.h>

namespace debug_process::proc {
namespace {

TEST(Locks, TellWhoHoldsOneOnWhichFile) {
  const auto locks = parse_locks(
      "1: POSIX  ADVISORY  WRITE 4712 fe:00:1057 0 EOF\n"
      "2: FLOCK  ADVISORY  READ  31 00:1a:22 0 EOF\n");
  ASSERT_TRUE(locks);
  ASSERT_EQ(locks->size(), 2U);
  EXPECT_EQ((*locks)[0].type, "POSIX");
  EXPECT_EQ((*locks)[0].pid, 4712);
  EXPECT_EQ((*locks)[0].inode, 1057U);
  EXPECT_FALSE((*locks)[0].waits);
  EXPECT_EQ((*locks)[1].type, "FLOCK");
}

TEST(Locks, TellWhoWaitsForOne) {
  const auto locks = parse_locks("7: -> POSIX  ADVISORY  WRITE 4713 fe:00:1057 0 EOF\n");
  ASSERT_TRUE(locks);
  EXPECT_TRUE(locks->front().waits);
  EXPECT_EQ(locks->front().pid, 4713);
}

TEST(Locks, TakeAnOpenFileDescriptionAsHolder) {
  const auto locks = parse_locks("1: OFDLCK ADVISORY  WRITE -1 fe:00:1057 0 EOF\n");
  ASSERT_TRUE(locks);
  EXPECT_EQ(locks->front().pid, -1);
}

TEST(Locks, TellModeRangeAndDevice) {
  const auto locks = parse_locks(
      "1: POSIX  ADVISORY  READ 4712 fe:10:1057 5 14\n"
      "2: LEASE  BREAKING  READ 4712 00:1a:22 0 EOF\n"
      "3: POSIX  *NOINODE* WRITE 4712 <none>:0 7 EOF\n");
  ASSERT_TRUE(locks);
  EXPECT_EQ((*locks)[0].mode, "READ");
  EXPECT_EQ((*locks)[0].device, (Device{254, 16}));
  EXPECT_EQ((*locks)[0].start, 5U);
  EXPECT_EQ((*locks)[0].end, 14U);
  EXPECT_EQ((*locks)[1].state, "BREAKING");
  EXPECT_FALSE((*locks)[1].end);
  EXPECT_FALSE((*locks)[2].device);
  EXPECT_EQ((*locks)[2].start, 7U);
}

TEST(Locks, OfNobodyAreNone) {
  const auto locks = parse_locks("");
  ASSERT_TRUE(locks);
  EXPECT_TRUE(locks->empty());
}

TEST(Locks, RefuseWhatIsNoLock) {
  EXPECT_FALSE(parse_locks("1: POSIX  ADVISORY  WRITE x fe:00:1057 0 EOF\n"));
  EXPECT_FALSE(parse_locks("1: POSIX  ADVISORY  WRITE 1 1057 0 EOF\n"));
  EXPECT_FALSE(parse_locks("1: POSIX  ADVISORY  WRITE 1 fe:00:1057 x EOF\n"));
  EXPECT_FALSE(parse_locks("1: POSIX  ADVISORY  WRITE 1 fe:00:1057 0 x\n"));
  EXPECT_FALSE(parse_locks("1: POSIX  ADVISORY  WRITE 1 fe:00:1057\n"));
}

}  // namespace
}  // namespace debug_process::proc
