// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/peers.h"

#include <fmt/format.h>

#include <unordered_set>

#include "sections/sockets/gather.h"

namespace debug_process::sections::sockets {
namespace {

std::string link_of(std::uint64_t inode) {
  return fmt::format("socket:[{}]", inode);
}

}  // namespace

void look_for_peers(const Facts& facts, HolderSearch& search) {
  std::unordered_set<std::uint64_t> own;
  for (const Socket& socket : facts.sockets) own.insert(socket.inode);
  for (const Socket& socket : facts.sockets) {
    if (socket.peer_inode.value_or(0) == 0) continue;
    if (own.contains(*socket.peer_inode))
      search.add_own(link_of(*socket.peer_inode));
    else
      search.look_for(link_of(*socket.peer_inode));
  }
}

void add_peers(const HolderSearch& search, Facts& facts) {
  std::unordered_set<std::uint64_t> not_found;
  for (Socket& socket : facts.sockets) {
    if (socket.peer_inode.value_or(0) == 0) continue;
    if (const Holder* holder = search.find(link_of(*socket.peer_inode)))
      socket.peer = *holder;
    else
      not_found.insert(*socket.peer_inode);
  }
  facts.peers_not_found = not_found.size();
  facts.established_by_peer = group_by_peer(facts.sockets);
  if (not_found.empty()) return;
  search.add_gap(fmt::format("the processes at the other end of {} unix socket{}", not_found.size(),
                             not_found.size() == 1 ? "" : "s"),
                 facts.completeness);
}

}  // namespace debug_process::sections::sockets
