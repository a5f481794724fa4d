// What the kernel's answers are read as: TCP and UDP, unix, vsock.
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/unix_diag.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#include <array>

#include "net/inet_diag.h"
#include "net/unix_diag.h"
#include "net/vsock_diag.h"
#include "unit/net/message.h"

namespace debug_process::net {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr unsigned kEstablished = 1;
constexpr unsigned kListening = 10;

Message inet_answer(unsigned state) {
  inet_diag_msg body{};
  body.idiag_family = AF_INET;
  body.idiag_state = static_cast<std::uint8_t>(state);
  body.idiag_rqueue = 7;
  body.idiag_wqueue = 128;
  body.idiag_inode = 4711;
  body.id.idiag_sport = htons(443);
  return answer(body);
}

tcp_info sample_info() {
  tcp_info info{};
  info.tcpi_rtt = 1500;
  info.tcpi_snd_cwnd = 10;
  info.tcpi_unacked = 3;
  info.tcpi_last_data_sent = 70;
  info.tcpi_last_data_recv = 50;
  info.tcpi_total_retrans = 9;
  info.tcpi_bytes_acked = 1000;
  info.tcpi_bytes_received = 2000;
  info.tcpi_data_segs_out = 77;
  info.tcpi_notsent_bytes = 12;
  info.tcpi_min_rtt = 40;
  info.tcpi_snd_mss = 1448;
  info.tcpi_busy_time = 300;
  info.tcpi_rwnd_limited = 200;
  info.tcpi_sndbuf_limited = 100;
  return info;
}

TEST(InetDiag, ReadsATcpConnection) {
  Message message = inet_answer(kEstablished);
  add(message, INET_DIAG_INFO, as_bytes(sample_info()));
  add(message, INET_DIAG_CONG, {"cubic\0", 6});
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  memory.at(SK_MEMINFO_DROPS) = 5;
  add(message, INET_DIAG_SKMEMINFO, as_bytes(memory));
  const auto socket = parse_inet(header(message));
  ASSERT_TRUE(socket && socket->tcp);
  EXPECT_EQ(socket->inode, 4711U);
  EXPECT_EQ(socket->recv_queue, 7U);
  EXPECT_EQ(socket->congestion_control, "cubic");
  EXPECT_EQ(socket->drops, 5U);
  EXPECT_EQ(socket->tcp->rtt, microseconds(1500));
  EXPECT_EQ(socket->tcp->cwnd, 10U);
  EXPECT_EQ(socket->tcp->unacked, 3U);
  EXPECT_EQ(socket->tcp->idle, milliseconds(50));
  EXPECT_EQ(socket->tcp->counters.retransmits, 9U);
  EXPECT_EQ(socket->tcp->counters.acknowledged_bytes, 1000U);
  EXPECT_EQ(socket->tcp->counters.received_bytes, 2000U);
  EXPECT_EQ(socket->tcp->counters.segments, 77U);
  EXPECT_EQ(socket->tcp->not_sent, 12U);
  EXPECT_EQ(socket->tcp->min_rtt, microseconds(40));
  EXPECT_EQ(socket->tcp->mss, 1448U);
  EXPECT_EQ(socket->tcp->counters.busy, microseconds(300));
  EXPECT_EQ(socket->tcp->counters.rwnd_limited, microseconds(200));
  EXPECT_EQ(socket->tcp->counters.sndbuf_limited, microseconds(100));
}

TEST(InetDiag, KnowsThatAnOlderKernelTellsLess) {
  const tcp_info info = sample_info();
  Message message = inet_answer(kEstablished);
  add(message, INET_DIAG_INFO, as_bytes(info).substr(0, offsetof(tcp_info, tcpi_pacing_rate)));
  const auto socket = parse_inet(header(message));
  ASSERT_TRUE(socket && socket->tcp);
  EXPECT_EQ(socket->tcp->counters.retransmits, 9U);
  EXPECT_FALSE(socket->tcp->counters.acknowledged_bytes);
  EXPECT_FALSE(socket->tcp->counters.busy);
  EXPECT_FALSE(socket->tcp->counters.segments);
  EXPECT_FALSE(socket->tcp->not_sent);
}

TEST(InetDiag, ARoundTripThatWasNeverMeasuredIsUnknown) {
  Message message = inet_answer(kEstablished);
  add(message, INET_DIAG_INFO, as_bytes(tcp_info{}));
  EXPECT_FALSE(parse_inet(header(message))->tcp->rtt);
}

TEST(InetDiag, AListeningSocketHasNoRoundTripTime) {
  Message message = inet_answer(kListening);
  add(message, INET_DIAG_INFO, as_bytes(sample_info()));
  const auto socket = parse_inet(header(message));
  ASSERT_TRUE(socket);
  EXPECT_FALSE(socket->tcp);
  EXPECT_EQ(socket->send_queue, 128U);
  EXPECT_EQ(inet_head(header(message)).local_port, 443);
}

TEST(UnixDiag, ReadsNamesPeersAndQueues) {
  Message message = answer(unix_diag_msg{AF_UNIX, SOCK_STREAM, kEstablished, 0, 42, {1, 0}});
  add(message, UNIX_DIAG_NAME, {"/run/x\nwith \x1b[2J.sock\0", 23});
  add(message, UNIX_DIAG_PEER, as_bytes(std::uint32_t{43}));
  add(message, UNIX_DIAG_RQLEN, as_bytes(std::array<std::uint32_t, 2>{11, 12}));
  const auto socket = parse_unix(header(message));
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->inode, 42U);
  EXPECT_EQ(socket->name, "/run/x\nwith \x1b[2J.sock");
  EXPECT_EQ(socket->peer_inode, 43U);
  EXPECT_EQ(socket->recv_queue, 11U);
  EXPECT_EQ(socket->send_queue, 12U);
}

TEST(UnixDiag, KnowsWhoWaitsToBeAccepted) {
  Message message = answer(unix_diag_msg{AF_UNIX, SOCK_STREAM, kListening, 0, 42, {1, 0}});
  add(message, UNIX_DIAG_ICONS, as_bytes(std::array<std::uint32_t, 2>{50, 51}));
  EXPECT_EQ(parse_unix(header(message))->waiting, (std::vector<std::uint32_t>{50, 51}));
}

TEST(UnixDiag, APeerThatIsNotHeldIsNone) {
  Message message = answer(unix_diag_msg{AF_UNIX, SOCK_STREAM, kEstablished, 0, 42, {1, 0}});
  add(message, UNIX_DIAG_PEER, as_bytes(std::uint32_t{0}));
  EXPECT_FALSE(parse_unix(header(message))->peer_inode);
}

TEST(UnixDiag, ShowsEachNulOfAnAbstractName) {
  Message message = answer(unix_diag_msg{AF_UNIX, SOCK_DGRAM, 7, 0, 42, {1, 0}});
  add(message, UNIX_DIAG_NAME, {"\0a\0b\0", 5});
  EXPECT_EQ(parse_unix(header(message))->name, "@a@b@");
}

TEST(VsockDiag, ReadsBothEnds) {
  vsock_diag_msg body{};
  body.vdiag_state = kEstablished;
  body.vdiag_src_cid = 3;
  body.vdiag_src_port = 1024;
  body.vdiag_dst_cid = 2;
  body.vdiag_dst_port = 80;
  body.vdiag_ino = 99;
  const auto socket = parse_vsock(header(answer(body)));
  ASSERT_TRUE(socket);
  EXPECT_EQ(socket->inode, 99U);
  EXPECT_EQ(socket->local.cid, 3U);
  EXPECT_EQ(socket->remote.port, 80U);
}

// Each in memory of its own, so that a sanitizer sees the first byte too many.
template <typename Parse>
void expect_survival(const Message& whole, Parse parse) {
  for (std::size_t length = sizeof(nlmsghdr); length <= whole.size(); ++length) {
    Message cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    nlmsghdr shorter = header(whole);
    shorter.nlmsg_len = static_cast<std::uint32_t>(length);
    std::memcpy(cut.data(), &shorter, sizeof shorter);
    static_cast<void>(parse(header(cut)));
  }
  for (std::size_t at = sizeof(nlmsghdr); at < whole.size(); ++at) {
    for (const char other : {'\0', '\x01', '\x7f', '\xff'}) {
      Message changed = whole;
      changed[at] = other;
      static_cast<void>(parse(header(changed)));
    }
  }
}

TEST(DiagMessages, SurviveEveryPrefixAndEveryChangedByte) {
  Message inet = inet_answer(kEstablished);
  add(inet, INET_DIAG_CONG, "cubic");
  add(inet, INET_DIAG_SKMEMINFO, as_bytes(std::array<std::uint32_t, SK_MEMINFO_VARS>{}));
  add(inet, INET_DIAG_INFO, as_bytes(sample_info()));
  expect_survival(inet, parse_inet);
  Message local = answer(unix_diag_msg{AF_UNIX, SOCK_STREAM, kEstablished, 0, 42, {1, 0}});
  add(local, UNIX_DIAG_NAME, "/run/x");
  add(local, UNIX_DIAG_PEER, as_bytes(std::uint32_t{43}));
  add(local, UNIX_DIAG_RQLEN, as_bytes(std::array<std::uint32_t, 2>{11, 12}));
  expect_survival(local, parse_unix);
  expect_survival(answer(vsock_diag_msg{}), parse_vsock);
}

TEST(InetDiag, AsksForAProtocolBeyondAByteInAnAttribute) {
  const Message plain = inet_dump_request(AF_INET, IPPROTO_TCP);
  const Message mptcp = inet_dump_request(AF_INET, 262);
  EXPECT_EQ(mptcp.size(), plain.size() + 8);
  EXPECT_EQ(header(mptcp).nlmsg_len, mptcp.size());
}

}  // namespace
}  // namespace debug_process::net
