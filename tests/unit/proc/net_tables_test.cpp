// SPDX-License-Identifier: Apache-2.0
#include "proc/net_tables.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(NetTables, ReadsTcp) {
  const auto sockets = parse_net_table("tcp", fixture("4242/net/tcp"));
  ASSERT_TRUE(sockets) << sockets.error().message();
  ASSERT_EQ(sockets->size(), 3U);
  const NetSocket& listening = sockets->at(0);
  EXPECT_EQ(listening.local, "127.0.0.1:8080");
  EXPECT_EQ(listening.remote, "0.0.0.0:*");
  EXPECT_EQ(listening.state, "LISTEN");
  EXPECT_EQ(listening.recv_queue, Bytes{3});
  EXPECT_EQ(listening.uid, 1000U);
  EXPECT_EQ(listening.inode, 1001U);
  const NetSocket& closing = sockets->at(1);
  EXPECT_EQ(closing.remote, "10.0.0.2:50000");
  EXPECT_EQ(closing.state, "CLOSE_WAIT");
  EXPECT_EQ(closing.send_queue, Bytes{16});
  EXPECT_EQ(closing.recv_queue, Bytes{1000});
  EXPECT_EQ(sockets->at(2).state, "TIME_WAIT");
  EXPECT_EQ(sockets->at(2).inode, 0U);
}

TEST(NetTables, ReadsIpv6) {
  const auto sockets = parse_net_table("tcp6", fixture("4242/net/tcp6"));
  ASSERT_TRUE(sockets) << sockets.error().message();
  EXPECT_EQ(sockets->at(0).local, "[::1]:80");
  EXPECT_EQ(sockets->at(0).remote, "[::1]:54321");
  EXPECT_EQ(sockets->at(0).state, "ESTABLISHED");
}

TEST(NetTables, CallsAnUnconnectedUdpSocketThat) {
  const auto sockets = parse_net_table("udp", fixture("4242/net/udp"));
  ASSERT_TRUE(sockets) << sockets.error().message();
  EXPECT_EQ(sockets->at(0).local, "0.0.0.0:53");
  EXPECT_EQ(sockets->at(0).state, "UNCONNECTED");
}

TEST(NetTables, ReadsUnixNamesWithBlanksAndNewlines) {
  const auto sockets = parse_net_table("unix", fixture("4242/net/unix"));
  ASSERT_TRUE(sockets) << sockets.error().message();
  ASSERT_EQ(sockets->size(), 3U);
  EXPECT_EQ(sockets->at(0).local, "");
  EXPECT_EQ(sockets->at(0).state, "ESTABLISHED");
  EXPECT_EQ(sockets->at(1).local, "/run/with blank\nand newline.sock");
  EXPECT_EQ(sockets->at(1).state, "LISTEN");
  EXPECT_EQ(sockets->at(2).local, "@abstract");
}

TEST(NetTables, ReadsNetlinkAndPacket) {
  const auto netlink = parse_net_table("netlink", fixture("4242/net/netlink"));
  ASSERT_TRUE(netlink) << netlink.error().message();
  EXPECT_EQ(netlink->at(0).local, "route:4711");
  EXPECT_EQ(netlink->at(0).recv_queue, Bytes{8});
  EXPECT_EQ(netlink->at(0).inode, 499U);
  const auto packet = parse_net_table("packet", fixture("4242/net/packet"));
  ASSERT_TRUE(packet) << packet.error().message();
  EXPECT_EQ(packet->at(0).local, "type 0003 on interface 2");
  EXPECT_EQ(packet->at(0).inode, 12345U);
}

TEST(NetTables, ConvertsOnlyWhatIsWanted) {
  const InodeSet wanted{1002, 1005};
  EXPECT_EQ(parse_net_table("tcp", fixture("4242/net/tcp"), &wanted)->size(), 1U);
  const auto local = parse_net_table("unix", fixture("4242/net/unix"), &wanted);
  ASSERT_EQ(local->size(), 1U);
  EXPECT_EQ(local->at(0).local, "/run/with blank\nand newline.sock");
}

TEST(NetTables, NamesTheLineThatIsMalformed) {
  const std::string header = "  sl  local_address ...\n";
  EXPECT_EQ(
      parse_net_inet("tcp", header + "0: 0100007F:1F90 xyz 0A 0:0 0:0 0 0 0 7\n").error().message(),
      "cannot parse tcp: line 2: an address is malformed");
  EXPECT_EQ(parse_net_inet("tcp", header + "0: 0100007F:1F90 00000000:0000 0A\n").error().message(),
            "cannot parse tcp: line 2: the inode is no number");
  EXPECT_FALSE(parse_net_unix("Num\nnonsense\n"));
  EXPECT_FALSE(parse_net_netlink("sk\n0 1 2\n"));
  EXPECT_FALSE(parse_net_packet("sk\n0 1 2\n"));
  EXPECT_TRUE(parse_net_inet("tcp", "")->empty());
}

}  // namespace
}  // namespace debug_process::proc
