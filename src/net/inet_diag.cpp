// SPDX-License-Identifier: Apache-2.0
#include "net/inet_diag.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "net/attributes.h"

namespace debug_process::net {
namespace {

// include/net/tcp_states.h
constexpr unsigned kSynRecv = 3;
constexpr unsigned kTimeWait = 6;
constexpr unsigned kListen = 10;
constexpr unsigned kNewSynRecv = 12;
constexpr unsigned kBoundInactive = 13;
constexpr std::uint32_t kUsualStates =
    ~((1U << kSynRecv) | (1U << kTimeWait) | (1U << kNewSynRecv) | (1U << kBoundInactive));
constexpr unsigned kNoCookie = ~0U;  // INET_DIAG_NOCOOKIE

constexpr std::uint8_t extension(int attribute) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(attribute - 1));
}
constexpr std::uint8_t kFull =
    extension(INET_DIAG_INFO) | extension(INET_DIAG_CONG) | extension(INET_DIAG_SKMEMINFO);

// As far as nanoseconds reach: 292 years.
std::chrono::nanoseconds micro(std::uint64_t count) {
  constexpr auto kLongest =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds::max());
  return std::chrono::microseconds(std::min(count, static_cast<std::uint64_t>(kLongest.count())));
}

// The struct grows at its end with each kernel: an older one sends less of it.
TcpInfo convert(const nlattr& attribute) {
  tcp_info info{};
  const std::size_t length =
      std::min<std::size_t>(::mnl_attr_get_payload_len(&attribute), sizeof info);
  std::memcpy(&info, ::mnl_attr_get_payload(&attribute), length);
  TcpInfo tcp;
  if (info.tcpi_rtt != 0) tcp.rtt = micro(info.tcpi_rtt);
  tcp.mss = info.tcpi_snd_mss;
  tcp.cwnd = info.tcpi_snd_cwnd;
  tcp.unacked = info.tcpi_unacked;
  tcp.idle =
      std::chrono::milliseconds(std::min(info.tcpi_last_data_sent, info.tcpi_last_data_recv));
  tcp.counters.retransmits = info.tcpi_total_retrans;
  if (length >= offsetof(tcp_info, tcpi_segs_out)) {
    tcp.counters.acknowledged_bytes = info.tcpi_bytes_acked;
    tcp.counters.received_bytes = info.tcpi_bytes_received;
  }
  if (length >= offsetof(tcp_info, tcpi_delivery_rate)) {
    tcp.not_sent = info.tcpi_notsent_bytes;
    // All ones: not measured yet.
    if (info.tcpi_min_rtt != ~0U) tcp.min_rtt = micro(info.tcpi_min_rtt);
    tcp.counters.segments = info.tcpi_data_segs_out;
  }
  if (length >= offsetof(tcp_info, tcpi_delivered)) {
    tcp.counters.busy = micro(info.tcpi_busy_time);
    tcp.counters.rwnd_limited = micro(info.tcpi_rwnd_limited);
    tcp.counters.sndbuf_limited = micro(info.tcpi_sndbuf_limited);
  }
  return tcp;
}

void add_attribute(const nlattr& attribute, InetSocket& socket) {
  switch (::mnl_attr_get_type(&attribute)) {
    case INET_DIAG_INFO:
      // A listening socket's is about its queue, which we have already.
      if (socket.state != kListen) socket.tcp = convert(attribute);
      break;
    case INET_DIAG_CONG:
      socket.congestion_control = text_of(attribute);
      break;
    case INET_DIAG_SKMEMINFO:
      socket.drops = number_at<std::uint32_t>(attribute, SK_MEMINFO_DROPS);
      break;
    case INET_DIAG_SKV6ONLY:
      if (const auto flag = number_at<std::uint8_t>(attribute, 0)) socket.v6only = *flag != 0;
      break;
    default:
      break;
  }
}

}  // namespace

// A protocol number above 255 does not fit in the request and goes into an attribute (5.9):
// IPPROTO_MPTCP is 262.
Message inet_dump_request(int family, int protocol, InetStates states) {
  inet_diag_req_v2 request{};
  request.sdiag_family = static_cast<std::uint8_t>(family);
  request.sdiag_protocol =
      static_cast<std::uint8_t>(protocol <= UINT8_MAX ? protocol : IPPROTO_TCP);
  request.idiag_ext = kFull;
  // Other protocols use TCP's numbers for the few states that they know: none of those left out.
  request.idiag_states = states == InetStates::usual ? kUsualStates : 1U << kBoundInactive;
  request.id.idiag_cookie[0] = kNoCookie;
  request.id.idiag_cookie[1] = kNoCookie;
  Message message = make_request(NLM_F_DUMP, &request, sizeof request);
  if (protocol > UINT8_MAX) {
    const auto wide = static_cast<std::uint32_t>(protocol);
    append_attribute(message, INET_DIAG_REQ_PROTOCOL, &wide, sizeof wide);
  }
  return message;
}

InetHead inet_head(const nlmsghdr& message) {
  const auto answer = fixed_part<inet_diag_msg>(message);
  if (!answer) return {};
  return {answer->idiag_inode, answer->idiag_state, ntohs(answer->id.idiag_sport)};
}

std::optional<InetSocket> parse_inet(const nlmsghdr& message) {
  const auto answer = fixed_part<inet_diag_msg>(message);
  if (!answer) return std::nullopt;
  InetSocket socket;
  socket.id = answer->id;
  socket.family = answer->idiag_family;
  socket.state = answer->idiag_state;
  socket.recv_queue = answer->idiag_rqueue;
  socket.send_queue = answer->idiag_wqueue;
  socket.inode = answer->idiag_inode;
  for_each_attribute(message, sizeof *answer,
                     [&socket](const nlattr& attribute) { add_attribute(attribute, socket); });
  return socket;
}

}  // namespace debug_process::net
