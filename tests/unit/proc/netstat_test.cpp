// SPDX-License-Identifier: Apache-2.0
#include "proc/netstat.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(NetstatParser, ReadsACapturedSample) {
  const auto counters = parse_netstat(fixture("4242/net/netstat"));
  ASSERT_TRUE(counters) << counters.error().message();
  EXPECT_EQ(counters->syn_queue_drops, 7U);
  EXPECT_EQ(counters->syn_cookies, 5U);
  EXPECT_EQ(counters->listen_overflows, 4U);
}

TEST(NetstatParser, LeavesUnknownWhatTheKernelDoesNotCount) {
  const auto counters = parse_netstat("TcpExt: ListenOverflows TCPOther\nTcpExt: 3 -1\n");
  ASSERT_TRUE(counters);
  EXPECT_EQ(counters->listen_overflows, 3U);
  EXPECT_FALSE(counters->syn_cookies);
}

TEST(NetstatParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_netstat("IpExt: A\nIpExt: 1\nTcpExt: A B\nTcpExt: 1\n").error().message(),
            "cannot parse netstat: line 4: TcpExt has more names than values");
  EXPECT_FALSE(parse_netstat("TcpExt: A\n"));
  EXPECT_FALSE(parse_netstat(""));
}

}  // namespace
}  // namespace debug_process::proc
