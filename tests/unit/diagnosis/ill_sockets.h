// Processes with trouble on one of their sockets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unit/diagnosis/sample_facts.h"

namespace debug_process::diagnosis::ill {

using sections::sockets::Earlier;
using sections::sockets::Socket;

inline Socket connection(const std::string& protocol = "tcp") {
  Socket socket;
  socket.fd = 7;
  socket.known = true;
  socket.protocol = protocol;
  socket.state = "ESTABLISHED";
  socket.local = "10.0.0.1:40000";
  socket.remote = "10.0.0.9:5432";
  socket.recv_queue = socket.send_queue = Bytes{0};
  socket.earlier = Earlier{"ESTABLISHED", Bytes{0}, std::nullopt, false};
  socket.io = sections::Io{};
  return socket;
}

inline Facts with_losses(std::uint64_t again, std::uint64_t sent) {
  Facts facts = healthy();
  sections::sockets::PeerGroup group;
  group.peer = "10.0.0.9:5432";
  group.incoming = false;
  group.retransmits = again;
  group.segments = sent;
  facts.sockets.established_by_peer = {group};
  return facts;
}

inline Facts sending(std::chrono::nanoseconds busy, std::chrono::nanoseconds by_peer,
                     std::chrono::nanoseconds by_buffer) {
  Facts facts = healthy();
  Socket socket = connection();
  socket.window.busy = busy;
  socket.window.rwnd_limited = by_peer;
  socket.window.sndbuf_limited = by_buffer;
  facts.sockets.sockets = {socket};
  return facts;
}

inline Facts unread(std::uint64_t before, std::uint64_t now) {
  Facts facts = healthy();
  Socket socket = connection();
  socket.recv_queue = Bytes{now};
  socket.earlier->recv_queue = Bytes{before};
  facts.sockets.sockets = {socket};
  return facts;
}

// Thread 77 waits in `syscall` for descriptor 7.
inline Facts waiting(const std::string& syscall, std::chrono::nanoseconds elapsed) {
  Facts facts = healthy();
  auto& thread = add_thread(facts, 0);
  thread.place.emplace();
  thread.place->syscall = syscall;
  thread.place->fd = 7;
  facts.syscalls.in_flight.push_back(
      {thread.tid, thread.name, syscall, elapsed, false, std::nullopt});
  Socket socket = connection("udp");
  socket.remote = "10.0.0.2:53";
  facts.sockets.sockets = {socket};
  return facts;
}

// As the backend tells it of a descriptor: four buckets to each doubling, and no more than these.
inline Histogram histogram(
    const std::vector<std::pair<std::chrono::nanoseconds, unsigned>>& values) {
  Histogram histogram;
  histogram.scale = 2;
  for (const auto& [value, times] : values)
    for (unsigned i = 0; i < times; ++i) histogram.add(value);
  return histogram;
}

inline Facts talking(const Histogram& latency) {
  Facts facts = healthy();
  Socket socket = connection();
  socket.held_back = true;
  socket.rtt_min = 30us;
  socket.io->latency = latency;
  facts.sockets.sockets = {socket};
  return facts;
}

inline Facts dropping(std::uint64_t drops, std::uint64_t taken) {
  Facts facts = healthy();
  Socket socket = connection("udp");
  socket.state = "UNCONNECTED";
  socket.local = "0.0.0.0:514";
  socket.window.drops = drops;
  socket.io->transfers = taken;
  facts.sockets.sockets = {socket};
  return facts;
}

}  // namespace debug_process::diagnosis::ill
