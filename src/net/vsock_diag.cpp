// SPDX-License-Identifier: Apache-2.0
#include "net/vsock_diag.h"

#include <libmnl/libmnl.h>
#include <linux/vm_sockets_diag.h>
#include <sys/socket.h>

#include "net/attributes.h"

namespace debug_process::net {

Message vsock_dump_request() {
  vsock_diag_req request{};
  request.sdiag_family = AF_VSOCK;
  request.vdiag_states = ~0U;
  return make_request(NLM_F_DUMP, &request, sizeof request);
}

std::optional<VsockSocket> parse_vsock(const nlmsghdr& message) {
  const auto answer = fixed_part<vsock_diag_msg>(message);
  if (!answer) return std::nullopt;
  return VsockSocket{answer->vdiag_ino,
                     answer->vdiag_type,
                     answer->vdiag_state,
                     {answer->vdiag_src_cid, answer->vdiag_src_port},
                     {answer->vdiag_dst_cid, answer->vdiag_dst_port}};
}

}  // namespace debug_process::net
