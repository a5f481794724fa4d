// Whom the process talks to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"
#include "util/units.h"

namespace debug_process::sections::sockets {

struct Socket {
  int fd = -1;
  std::uint64_t inode = 0;  // two descriptors of one inode share one socket
  std::string protocol;     // "tcp", "tcp6", "udp", "udp6", "raw", "raw6", "unix", "netlink",
                            // "packet", "unknown"
  std::string local;   // "127.0.0.1:80", "[::]:80", "/run/x.sock", "@abstract"; "" when it has none
  std::string remote;  // "10.0.0.1:443", "0.0.0.0:*"; "" where the protocol or the table knows none
  std::string state;   // "LISTEN", "ESTABLISHED", "CLOSE_WAIT", "UNCONNECTED", ...; "" when unknown
  std::optional<Bytes> recv_queue;  // unknown for a listening socket, see `waiting_to_be_accepted`
  std::optional<Bytes> send_queue;
  std::optional<std::uint64_t>
      waiting_to_be_accepted;  // listening TCP sockets only: connections, not bytes
};

struct Facts {
  Completeness completeness;
  std::vector<Socket> sockets;  // a row a descriptor; listening first, then by what waits in the
                                // queues, state and fd
  // Distinct sockets, whatever their protocol, unix included.
  std::optional<std::uint64_t> total;
  std::optional<std::uint64_t> listening;
  std::optional<std::uint64_t> established;
  std::optional<std::uint64_t> close_wait;
  std::optional<std::uint64_t> unknown;              // in none of the kernel's tables
  std::map<std::string, std::uint64_t> by_state;     // of distinct sockets; "" is unknown
  std::map<std::string, std::uint64_t> by_protocol;  // of distinct sockets
};

}  // namespace debug_process::sections::sockets
