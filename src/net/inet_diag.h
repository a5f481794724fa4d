// TCP, UDP and their like, as inet_diag tells of them: sock_diag(7), the kernel's
// inet_sk_diag_fill() and tcp_get_info(). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/inet_diag.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "net/diag_socket.h"

namespace debug_process::net {

// What TCP counts, since the connection began. Unknown where the kernel is too old to count it.
struct TcpCounters {
  std::uint64_t retransmits = 0;                           // segments
  std::optional<std::uint64_t> segments;                   // with payload, retransmits included
  std::optional<std::uint64_t> received_bytes;             // of payload
  std::optional<std::uint64_t> acknowledged_bytes;         // of payload that has reached the peer
  std::optional<std::chrono::nanoseconds> busy;            // had data to send
  std::optional<std::chrono::nanoseconds> rwnd_limited;    // of it: the peer's window was full
  std::optional<std::chrono::nanoseconds> sndbuf_limited;  // of it: the send buffer was too small
};

struct TcpInfo {
  std::optional<std::chrono::nanoseconds> rtt;      // smoothed; unknown before the first measure
  std::optional<std::chrono::nanoseconds> min_rtt;  // of the last minutes
  std::uint32_t mss = 0;                            // payload of a full segment that we send
  std::optional<std::uint32_t> not_sent;            // bytes that were written, and not sent once
  std::uint32_t cwnd = 0;                           // segments
  std::uint32_t unacked = 0;                        // segments
  std::chrono::nanoseconds idle{0};  // since data last came or went; steps of 1-10 ms
  TcpCounters counters;
};

struct InetSocket {
  inet_diag_sockid id{};  // addresses and ports in network byte order, interface, cookie
  int family = 0;         // AF_INET, AF_INET6
  unsigned state = 0;     // see socket_state_name()
  // A listening socket's are connections: those that wait, and how many may.
  std::uint64_t recv_queue = 0;
  std::uint64_t send_queue = 0;
  std::uint64_t inode = 0;  // 0: not held by any descriptor
  std::optional<std::uint64_t> drops;
  std::optional<bool> v6only;
  std::optional<TcpInfo> tcp;
  std::string congestion_control;
};

enum class InetStates {
  usual,  // all that may be held by a descriptor: neither TIME_WAIT nor embryonic ones
  bound,  // TCP sockets with an address that neither listen nor connect (6.8): a search of its own
};

// For all of `family` and `protocol` (IPPROTO_TCP, ...) in such a state.
[[nodiscard]] Message inet_dump_request(int family, int protocol,
                                        InetStates states = InetStates::usual);

// The least that tells whether an answer is of interest.
struct InetHead {
  std::uint64_t inode = 0;
  unsigned state = 0;
  std::uint16_t local_port = 0;
};
[[nodiscard]] InetHead inet_head(const nlmsghdr& message);
// nullopt: malformed.
[[nodiscard]] std::optional<InetSocket> parse_inet(const nlmsghdr& message);

}  // namespace debug_process::net
