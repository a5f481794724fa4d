// What the kernel answers through sock_diag: a message with attributes, of which only the first
// length is true, as DiagSocket makes sure. SPDX-License-Identifier: Apache-2.0
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "net/inet_diag.h"
#include "net/unix_diag.h"
#include "net/vsock_diag.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > UINT16_MAX) return -1;
  // Of exactly its size, so that one byte more is seen to be too many.
  const auto memory = std::make_unique<std::uint8_t[]>(sizeof(nlmsghdr) + size);
  std::uint8_t* const bytes = memory.get();
  const nlmsghdr header{static_cast<__u32>(sizeof(nlmsghdr) + size), 20, 0, 0, 0};
  std::memcpy(bytes, &header, sizeof header);
  if (size > 0) std::memcpy(bytes + sizeof header, data, size);
  const auto& message = *reinterpret_cast<const nlmsghdr*>(bytes);
  (void)debug_process::net::inet_head(message);
  (void)debug_process::net::parse_inet(message);
  (void)debug_process::net::parse_unix(message);
  (void)debug_process::net::parse_vsock(message);
  return 0;
}
