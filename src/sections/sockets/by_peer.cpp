// Established connections by whom they are with.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "sections/sockets/gather.h"

namespace debug_process::sections::sockets {
namespace {

bool goes_out(const Socket& socket) {
  // A UDP socket is connected by whoever begins.
  return socket.incoming == false || socket.protocol.starts_with("udp");
}

// The port of a peer that connected to us means nothing: each connection has another.
std::string peer_of(const Socket& socket) {
  if (socket.protocol == "unix") {
    if (!socket.remote.empty()) return socket.remote;
    if (socket.peer) return fmt::format("{}[{}]", socket.peer->name, socket.peer->pid);
    return {};
  }
  if (goes_out(socket)) return socket.remote;
  return socket.remote.substr(0, socket.remote.rfind(':'));
}

template <typename T>
void add(std::optional<T>& sum, const std::optional<T>& value) {
  if (!value) return;
  sum = sum.value_or(T{}) + *value;
}

void add(const Socket& socket, PeerGroup& group) {
  ++group.connections;
  add(group.recv_queue, socket.recv_queue);
  add(group.send_queue, socket.send_queue);
  add(group.retransmits, socket.window.retransmits);
  add(group.segments, socket.window.segments);
  if (socket.rtt) group.rtt = std::max(group.rtt.value_or(*socket.rtt), *socket.rtt);
}

}  // namespace

std::vector<PeerGroup> group_by_peer(const std::vector<Socket>& sockets) {
  using Key = std::tuple<std::string, std::string, std::optional<bool>>;
  std::map<Key, PeerGroup> groups;
  for (const Socket& socket : sockets) {
    if (socket.counted || socket.state != "ESTABLISHED") continue;
    std::string peer = peer_of(socket);
    if (peer.empty()) continue;
    // Where a port has no name its number tells as much.
    std::string service = goes_out(socket) ? socket.remote_service : socket.local_service;
    if (service.empty() && socket.incoming == true)
      service = socket.local.substr(socket.local.rfind(':') + 1);
    PeerGroup& group = groups[{peer, service, socket.incoming}];
    if (group.connections == 0) {
      group.peer = std::move(peer);
      group.service = std::move(service);
      group.incoming = socket.incoming;
    }
    add(socket, group);
  }
  std::vector<PeerGroup> result;
  result.reserve(groups.size());
  for (auto& [key, group] : groups) result.push_back(std::move(group));
  std::stable_sort(result.begin(), result.end(), [](const PeerGroup& a, const PeerGroup& b) {
    return a.connections > b.connections;
  });
  return result;
}

}  // namespace debug_process::sections::sockets
