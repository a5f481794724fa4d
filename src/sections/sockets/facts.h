// Whom the process talks to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "sections/holder.h"
#include "sections/io.h"
#include "util/units.h"

namespace debug_process::sections::sockets {

// What only ever grows.
struct Counters {
  std::optional<std::uint64_t> retransmits;              // TCP: segments
  std::optional<std::uint64_t> segments;                 // TCP: with payload, retransmits included
  std::optional<Bytes> received;                         // TCP: payload
  std::optional<Bytes> acknowledged;                     // TCP: payload that reached the peer
  std::optional<std::chrono::nanoseconds> busy;          // TCP: had data to send
  std::optional<std::chrono::nanoseconds> rwnd_limited;  // of it: the peer's window was full
  std::optional<std::chrono::nanoseconds> sndbuf_limited;  // of it: the send buffer was too small
  std::optional<std::uint64_t> drops;  // packets; of a listening socket, attempts to connect
};

// A socket as it was when the window began.
struct Earlier {
  std::string state;
  std::optional<Bytes> recv_queue;
  std::optional<std::uint64_t> waiting_to_be_accepted;
  std::optional<bool> held_back;
};

struct Socket {
  int fd = -1;
  std::uint64_t inode = 0;  // two descriptors of one inode share one socket
  bool counted = false;     // with another descriptor's row: this is the same socket
  std::string protocol;     // "tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp", "icmp6", "unix",
                            // "netlink", "packet", "vsock", "mptcp", "xdp", ..., "unknown"
  std::string type;  // "stream", "dgram", "seqpacket", "raw" where the protocol alone does not say
  bool known = false;  // in one of the kernel's tables
  std::string local;   // "127.0.0.1:80", "[::]:80", "/run/x.sock", "@abstract"; "" when it has none
  std::string remote;  // "10.0.0.1:443", "0.0.0.0:*"; "" where the protocol or the table knows none
  std::string local_service;   // "https"; "" where the port has no name, or belongs to a client
  std::string remote_service;  // likewise
  std::string state;  // "LISTEN", "ESTABLISHED", "CLOSE_WAIT", "UNCONNECTED", ...; "" when unknown
  std::optional<Bytes> recv_queue;  // unknown for a listening socket, see `waiting_to_be_accepted`
  std::optional<Bytes> send_queue;
  // Listening sockets only: connections, not bytes.
  std::optional<std::uint64_t> waiting_to_be_accepted;
  std::optional<std::uint64_t> backlog;  // how many may wait
  std::optional<bool> v6only;            // "[::]:80" is for IPv4 too unless this is true
  std::optional<bool> incoming;          // the peer connected to us: a port that is listened on
  // TCP connections, as they are now.
  std::optional<std::chrono::nanoseconds> rtt;
  std::optional<std::chrono::nanoseconds> rtt_min;  // of the last minutes
  // Less than a segment waits for the peer to acknowledge what was sent before it, although more
  // could be sent: Nagle's algorithm.
  std::optional<bool> held_back;
  std::optional<std::uint64_t> cwnd;     // segments
  std::optional<std::uint64_t> unacked;  // segments
  std::optional<std::chrono::nanoseconds> idle;
  std::string congestion_control;  // "cubic"; "" when unknown
  Counters total;                  // since it was made
  Counters window;                 // over the window
  std::optional<Earlier> earlier;  // nullopt: it was not there, or was not looked at
  // Unix sockets; the listening one while this waits to be accepted.
  std::optional<std::uint64_t> peer_inode;
  std::optional<Holder> peer;
  std::optional<Io> io;  // in the window; nullopt: not known

  [[nodiscard]] bool is_listening() const { return state == "LISTEN"; }
};

// Established connections with one peer: all those that came from one address, or that went to one
// address and port.
struct PeerGroup {
  std::string peer;               // "10.0.0.9", "10.0.0.9:5432", "/run/x.sock", "psql[4711]"
  std::string service;            // ours where they came in, the peer's where they went out
  std::optional<bool> incoming;   // unknown: cannot be told
  std::uint64_t connections = 0;  // distinct sockets
  std::optional<Bytes> recv_queue;
  std::optional<Bytes> send_queue;
  std::optional<std::uint64_t> retransmits;     // in the window
  std::optional<std::uint64_t> segments;        // sent in the window, with payload
  std::optional<std::chrono::nanoseconds> rtt;  // the longest
};

// "tcp 10.0.0.1:80 -> 10.0.0.9:4711", "unix /run/x.sock", "udp 0.0.0.0:53".
[[nodiscard]] std::string describe(const Socket& socket);

// What the kernel counted over the window for all processes of the network namespace together.
struct Namespace {
  std::optional<std::uint64_t> syn_queue_drops;  // requests to connect dropped: the queue was full
  std::optional<std::uint64_t> syn_cookies;      // sent instead of queueing: the queue was full
  std::optional<std::uint64_t> accept_queue_overflows;  // nobody accepted what was complete
};

struct Facts {
  Completeness completeness;
  std::vector<Socket> sockets;                 // a row a descriptor; first where something is stuck
  std::vector<PeerGroup> established_by_peer;  // most connections first
  // Distinct sockets, whatever their protocol, unix included.
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> listening;
  std::optional<std::uint64_t> established;
  std::optional<std::uint64_t> close_wait;
  std::optional<std::uint64_t> close_wait_throughout;  // of these: since the window's start
  // Connections that others made to this process, at both ends of the window.
  std::optional<std::uint64_t> incoming;
  std::optional<std::uint64_t> incoming_at_start;
  std::optional<std::uint64_t> unknown;              // in none of the kernel's tables
  std::map<std::string, std::uint64_t> by_state;     // of distinct sockets; "" is unknown
  std::map<std::string, std::uint64_t> by_protocol;  // of distinct sockets
  std::optional<std::uint64_t> time_wait;            // in the whole network namespace
  Namespace network;
  std::optional<std::uint64_t> retransmits;  // of all TCP sockets in the window
  std::optional<std::uint64_t> drops;        // of all sockets in the window
  std::optional<Bytes> recv_queue;           // of all sockets
  std::optional<Bytes> send_queue;
  std::optional<std::uint64_t> peers_not_found;  // unix sockets whose peer's process is not known
};

}  // namespace debug_process::sections::sockets
