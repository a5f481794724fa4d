// Unix domain sockets, as unix_diag tells of them: sock_diag(7), the kernel's sk_diag_fill() in
// net/unix/diag.c. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/diag_socket.h"

namespace debug_process::net {

struct UnixSocket {
  std::uint64_t inode = 0;
  unsigned type = 0;   // SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
  unsigned state = 0;  // TCP's numbers, see socket_state_name()
  std::string name;    // with '@' for each NUL, as the kernel itself prints abstract names
  std::optional<std::uint64_t> peer_inode;  // unknown while the peer waits to be accepted
  // Of a listening socket: those of its clients that wait to be accepted.
  std::vector<std::uint32_t> waiting;
  // A listening socket's are connections: those that wait, and how many may.
  std::optional<std::uint64_t> recv_queue;
  std::optional<std::uint64_t> send_queue;
};

// For all.
[[nodiscard]] Message unix_dump_request();

// nullopt: malformed.
[[nodiscard]] std::optional<UnixSocket> parse_unix(const nlmsghdr& message);

}  // namespace debug_process::net
