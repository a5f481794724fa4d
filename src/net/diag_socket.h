// A connection to the kernel's tables of sockets: sock_diag(7), NETLINK_SOCK_DIAG.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "util/result.h"

struct mnl_socket;

namespace debug_process::net {

// A request, header included, as netlink(7) lays it out.
using Message = std::vector<char>;

// With `body` behind its header. `flags` are added to NLM_F_REQUEST.
[[nodiscard]] Message make_request(unsigned flags, const void* body, std::size_t length);

// There is only the whole table: the kernel looks a single socket up by its addresses, which nobody
// knows beforehand, and filters by much, but not by inode. A socket costs 0.4 to 1.2 us (measured);
// not to ask for tcp_info would save a third. The other way, a copy of the target's descriptor
// (pidfd_getfd(2)) and getsockopt(2), is not for a tool that must not disturb: while the copy is
// open, what the target closes stays open, in its epoll sets too, which then tell of a connection
// that it has already forgotten.
class DiagSocket {
 public:
  // Of the network namespace that `path` names ("/proc/PID/ns/net"; empty: our own). A netlink
  // socket keeps the namespace it was opened in: a thread goes there, opens it and ends. EPERM:
  // that needs CAP_SYS_ADMIN.
  [[nodiscard]] static Result<DiagSocket> open(const std::string& path);

  using Consume = std::function<void(const nlmsghdr&)>;

  // One request for a whole table; each answer is handed over. It is asked again when the kernel
  // says that the table changed under it, so that a socket may come twice. Errors: ENOENT where the
  // kernel has no such table, ETIMEDOUT after `limit` (from then on there are no more answers),
  // EINTR when the table never held still. What has come before an error is good.
  [[nodiscard]] Result<void> dump(Message request, std::chrono::milliseconds limit,
                                  const Consume& consume);
  // "eth0"; empty when none has that number. netdevice(7), SIOCGIFNAME.
  [[nodiscard]] std::string interface_name(unsigned index) const;

 private:
  struct Close {
    void operator()(mnl_socket* socket) const;
  };
  using Handle = std::unique_ptr<mnl_socket, Close>;
  struct Progress;

  explicit DiagSocket(Handle handle) : handle_(std::move(handle)), buffer_(kBufferBytes) {}
  [[nodiscard]] static Result<Handle> open_here();
  [[nodiscard]] static Result<Handle> open_in(const std::string& path);
  [[nodiscard]] Result<void> send(const Message& bytes) const;
  [[nodiscard]] Result<void> receive(const Consume& consume, Progress& progress);

  // The kernel makes no datagram of a dump larger than 32 KiB.
  static constexpr std::size_t kBufferBytes = 64 * 1024;

  Handle handle_;
  Message buffer_;
  unsigned sequence_ = 0;
  bool abandoned_ = false;  // a dump was not read to its end: the kernel takes no other
};

}  // namespace debug_process::net
