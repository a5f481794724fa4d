// What sock_diag tells -> a socket of the report.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "net/inet_diag.h"
#include "net/unix_diag.h"
#include "net/vsock_diag.h"
#include "sections/sockets/facts.h"

namespace debug_process::sections::sockets {

// `protocol` is the table's name; `interface` that of the one it is bound to, "" for none.
[[nodiscard]] Socket to_socket(const net::InetSocket& seen, std::string_view protocol,
                               const std::string& interface);
[[nodiscard]] Socket to_socket(const net::UnixSocket& seen);
[[nodiscard]] Socket to_socket(const net::VsockSocket& seen);

}  // namespace debug_process::sections::sockets
