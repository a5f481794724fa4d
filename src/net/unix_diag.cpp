// SPDX-License-Identifier: Apache-2.0
#include "net/unix_diag.h"

#include <libmnl/libmnl.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "net/attributes.h"

namespace debug_process::net {
namespace {

// A path ends at its NUL; an abstract name begins with one and is as long as it is.
std::string printable_name(std::string_view bytes) {
  if (!bytes.starts_with('\0')) return std::string(bytes.substr(0, bytes.find('\0')));
  std::string name(bytes);
  std::replace(name.begin(), name.end(), '\0', '@');
  return name;
}

void add_attribute(const nlattr& attribute, UnixSocket& socket) {
  switch (::mnl_attr_get_type(&attribute)) {
    case UNIX_DIAG_NAME:
      socket.name = printable_name(bytes_of(attribute));
      break;
    case UNIX_DIAG_PEER:
      socket.peer_inode = number_at<std::uint32_t>(attribute, 0);
      if (socket.peer_inode == 0U) socket.peer_inode.reset();
      break;
    case UNIX_DIAG_ICONS:
      while (const auto client = number_at<std::uint32_t>(attribute, socket.waiting.size()))
        socket.waiting.push_back(*client);
      break;
    case UNIX_DIAG_RQLEN:
      socket.recv_queue = number_at<std::uint32_t>(attribute, 0);
      socket.send_queue = number_at<std::uint32_t>(attribute, 1);
      break;
    default:
      break;
  }
}

}  // namespace

Message unix_dump_request() {
  unix_diag_req request{};
  request.sdiag_family = AF_UNIX;
  request.udiag_states = ~0U;
  request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_ICONS;
  return make_request(NLM_F_DUMP, &request, sizeof request);
}

std::optional<UnixSocket> parse_unix(const nlmsghdr& message) {
  const auto answer = fixed_part<unix_diag_msg>(message);
  if (!answer) return std::nullopt;
  UnixSocket socket;
  socket.inode = answer->udiag_ino;
  socket.type = answer->udiag_type;
  socket.state = answer->udiag_state;
  for_each_attribute(message, sizeof *answer,
                     [&socket](const nlattr& attribute) { add_attribute(attribute, socket); });
  return socket;
}

}  // namespace debug_process::net
