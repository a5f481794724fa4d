// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/facts.h"

namespace debug_process::sections::sockets {

std::string describe(const Socket& socket) {
  std::string text = socket.protocol;
  if (!socket.local.empty()) text += ' ' + socket.local;
  // "0.0.0.0:*" is nobody.
  if (!socket.remote.empty() && !socket.remote.ends_with(":*")) text += " -> " + socket.remote;
  if (socket.state == "LISTEN") text += " (listening)";
  return text;
}

}  // namespace debug_process::sections::sockets
