// One end of a connection, as ss writes it: "127.0.0.1:80", "[fe80::1]%eth0:*".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace debug_process {

// `family` is AF_INET or AF_INET6; `address` is in the network's byte order, `port` in ours; port 0
// is "*". `interface` is the one that the socket is bound to, or the address's scope.
[[nodiscard]] std::string endpoint_text(int family, const void* address, std::uint16_t port,
                                        std::string_view interface = {});

// Of such a text, what stands before the port: "[fe80::1]%eth0"; "" of "".
[[nodiscard]] inline std::string endpoint_address(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.rfind(':'));
}

// "ESTABLISHED" for 1: the kernel's enum in include/net/tcp_states.h. Other protocols use TCP's
// numbers, and call CLOSE "UNCONNECTED".
[[nodiscard]] std::string socket_state_name(unsigned state, bool is_tcp);

}  // namespace debug_process
