// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/kernel_view.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/vm_sockets.h>

#include "proc/net_tables.h"
#include "util/endpoint.h"

namespace debug_process::sections::sockets {
namespace {

void set_queues(std::uint64_t recv_queue, std::uint64_t send_queue, Socket& socket) {
  if (socket.is_listening()) {
    socket.waiting_to_be_accepted = recv_queue;
    socket.backlog = send_queue;
  } else {
    socket.recv_queue = Bytes{recv_queue};
    socket.send_queue = Bytes{send_queue};
  }
}

std::optional<Bytes> to_bytes(const std::optional<std::uint64_t>& count) {
  if (!count) return std::nullopt;
  return Bytes{*count};
}

// Where neither the peer's nor the network's window is in the way.
std::optional<bool> is_held_back(const net::TcpInfo& tcp) {
  if (!tcp.not_sent) return std::nullopt;
  return *tcp.not_sent > 0 && *tcp.not_sent < tcp.mss && tcp.unacked > 0 && tcp.unacked < tcp.cwnd;
}

std::string vsock_text(const net::VsockEnd& end) {
  const std::string port = end.port == VMADDR_PORT_ANY ? "*" : fmt::format("{}", end.port);
  return end.cid == VMADDR_CID_ANY ? fmt::format("*:{}", port)
                                   : fmt::format("{}:{}", end.cid, port);
}

}  // namespace

Socket to_socket(const net::InetSocket& seen, std::string_view protocol,
                 const std::string& interface) {
  Socket socket;
  socket.known = true;
  socket.inode = seen.inode;
  socket.protocol = protocol;
  const bool is_tcp = protocol.starts_with("tcp") || protocol.starts_with("mptcp");
  socket.state = socket_state_name(seen.state, is_tcp);
  socket.local =
      endpoint_text(seen.family, &seen.id.idiag_src, ntohs(seen.id.idiag_sport), interface);
  socket.remote = endpoint_text(seen.family, &seen.id.idiag_dst, ntohs(seen.id.idiag_dport));
  set_queues(seen.recv_queue, seen.send_queue, socket);
  socket.v6only = seen.v6only;
  socket.total.drops = seen.drops;
  socket.congestion_control = seen.congestion_control;
  if (!seen.tcp) return socket;
  socket.rtt = seen.tcp->rtt;
  socket.rtt_min = seen.tcp->min_rtt;
  socket.held_back = is_held_back(*seen.tcp);
  socket.cwnd = seen.tcp->cwnd;
  socket.unacked = seen.tcp->unacked;
  socket.idle = seen.tcp->idle;
  const net::TcpCounters& counters = seen.tcp->counters;
  socket.total.retransmits = counters.retransmits;
  socket.total.segments = counters.segments;
  socket.total.received = to_bytes(counters.received_bytes);
  socket.total.acknowledged = to_bytes(counters.acknowledged_bytes);
  socket.total.busy = counters.busy;
  socket.total.rwnd_limited = counters.rwnd_limited;
  socket.total.sndbuf_limited = counters.sndbuf_limited;
  return socket;
}

Socket to_socket(const net::UnixSocket& seen) {
  Socket socket;
  socket.known = true;
  socket.inode = seen.inode;
  socket.protocol = "unix";
  socket.type = proc::socket_type_name(seen.type);
  socket.state = socket_state_name(seen.state, false);
  socket.local = seen.name;
  socket.peer_inode = seen.peer_inode;
  if (seen.recv_queue && seen.send_queue) set_queues(*seen.recv_queue, *seen.send_queue, socket);
  return socket;
}

Socket to_socket(const net::VsockSocket& seen) {
  Socket socket;
  socket.known = true;
  socket.inode = seen.inode;
  socket.protocol = "vsock";
  socket.type = proc::socket_type_name(seen.type);
  socket.state = socket_state_name(seen.state, false);
  socket.local = vsock_text(seen.local);
  socket.remote = vsock_text(seen.remote);
  return socket;
}

}  // namespace debug_process::sections::sockets
