// The descriptor table joined with the kernel's tables of sockets -> facts. The tables are those of
// the target's network namespace. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "proc/fd_table.h"
#include "proc/netstat.h"
#include "sections/sockets/facts.h"
#include "sections/source.h"

namespace debug_process::sections::sockets {

// Of the whole network namespace.
struct NetworkCounters {
  std::string name;  // "net:[4026531840]"; "" where the kernel does not tell
  proc::Netstat counters;
};

// What the sockets had counted at one moment.
struct Snapshot {
  bool before_its_life = false;  // taken before the process was: everything counts from nothing
  std::unordered_map<std::uint64_t, Counters> counters;  // by inode
  std::unordered_map<std::uint64_t, Earlier> sockets;    // by inode
  std::uint64_t incoming = 0;
  std::optional<NetworkCounters> network;
  // A socket of one of these tables that was neither the target's nor one of `others` was made
  // later.
  std::set<std::string, std::less<>> tables;
  std::vector<std::uint64_t> others;  // inodes, ascending
};

// `start` is the window's, nullptr at the start itself: what is counted over the window is unknown
// then. Fills `now`.
[[nodiscard]] Facts gather(const Source& source, const Result<proc::FdTable>& table,
                           const Snapshot* start = nullptr, Snapshot* now = nullptr);

// What has come since `start`; unknown where that is.
[[nodiscard]] Counters counted_since(const Snapshot& start, const Socket& socket);

[[nodiscard]] Namespace counted_since(const Snapshot& start,
                                      const std::optional<NetworkCounters>& now);

// Connections that are established, by peer.
[[nodiscard]] std::vector<PeerGroup> group_by_peer(const std::vector<Socket>& sockets);

}  // namespace debug_process::sections::sockets
