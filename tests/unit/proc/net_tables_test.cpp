// SPDX-License-Identifier: Apache-2.0
#include "proc/net_tables.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "proc/socket_protocol.h"
#include "proc/sockstat.h"
#include "unit/proc/fixture.h"
#include "util/fd.h"

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
  EXPECT_EQ(packet->at(0).local, "*:if2");
  EXPECT_EQ(packet->at(0).inode, 12345U);
  EXPECT_EQ(packet->at(0).type, "raw");
}

TEST(NetTables, TellsDropsWhereTheTableHasThem) {
  const std::string header = "  sl  local_address ...\n";
  const std::string row =
      "0: 00000000:0035 00000000:0000 07 0:0 00:0 0 0 0 7 2 0000000000000000 42\n";
  EXPECT_EQ(parse_net_table("udp", header + row)->at(0).drops, 42U);
  // TCP's column there is a timeout.
  EXPECT_FALSE(parse_net_table("tcp", header + row)->at(0).drops);
  EXPECT_EQ(parse_net_table("netlink", fixture("4242/net/netlink"))->at(0).drops, 0U);
}

TEST(NetTables, NamesWhatAPacketSocketTakes) {
  EXPECT_EQ(packet_name(0x0800, "*"), "ip:*");
  EXPECT_EQ(packet_name(0x0806, "eth0"), "arp:eth0");
  EXPECT_EQ(packet_name(0x88cc, "eth0"), "[35020]:eth0");
}

TEST(SockstatParser, TellsTimeWait) {
  const auto stat = parse_sockstat(
      "sockets: used 151\nTCP: inuse 5 orphan 0 tw 3 alloc 8 mem 1\nUDP: inuse 2 mem 0\n");
  ASSERT_TRUE(stat) << stat.error().message();
  EXPECT_EQ(stat->tcp_time_wait, 3U);
  EXPECT_EQ(stat->tcp_in_use, 5U);
}

TEST(SockstatParser, SaysWhatIsMalformed) {
  EXPECT_FALSE(parse_sockstat(""));
  EXPECT_FALSE(parse_sockstat("TCP: inuse 5 orphan 0 tw\n"));
  EXPECT_FALSE(parse_sockstat("TCP: inuse x tw 3\n"));
}

TEST(SocketProtocol, IsNamedAsTheTablesAre) {
  EXPECT_EQ(protocol_name("TCP"), "tcp");
  EXPECT_EQ(protocol_name("TCPv6"), "tcp6");
  EXPECT_EQ(protocol_name("UNIX-STREAM"), "unix");
  EXPECT_EQ(protocol_name("UDPLITEv6"), "udplite6");
  EXPECT_EQ(protocol_name("AF_VSOCK"), "vsock");
  EXPECT_EQ(protocol_name("MPTCPv6"), "mptcp6");
  EXPECT_EQ(protocol_name("CAN_RAW"), "can_raw");
  EXPECT_EQ(protocol_name(""), "");
}

TEST(SocketProtocol, IsToldOfASocketThatNoTableKnows) {
  const UniqueFd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) GTEST_SKIP() << "no IPv6 here";
  const auto names = read_socket_protocols(Procfs(), "self", {socket.get(), 987654});
  if (names.empty()) GTEST_SKIP() << "this kernel's sockets have no system.sockprotoname";
  EXPECT_EQ(names, (std::map<int, std::string>{{socket.get(), "tcp6"}}));
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
