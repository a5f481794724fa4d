// Sockets between a virtual machine and its host, as vsock_diag tells of them: vsock(7), the
// kernel's net/vmw_vsock/diag.c. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "net/diag_socket.h"

namespace debug_process::net {

struct VsockEnd {
  std::uint32_t cid = 0;   // VMADDR_CID_ANY: any
  std::uint32_t port = 0;  // VMADDR_PORT_ANY: any
};

struct VsockSocket {
  std::uint64_t inode = 0;
  unsigned type = 0;   // SOCK_STREAM, ...
  unsigned state = 0;  // TCP's numbers, see socket_state_name()
  VsockEnd local;
  VsockEnd remote;
};

[[nodiscard]] Message vsock_dump_request();
// nullopt: malformed.
[[nodiscard]] std::optional<VsockSocket> parse_vsock(const nlmsghdr& message);

}  // namespace debug_process::net
