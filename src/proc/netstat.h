// /proc/PID/net/netstat: what its network namespace has counted of TCP. The kernel's
// netstat_seq_show(). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

// Since the namespace was made. nullopt: this kernel does not count it.
struct Netstat {
  std::optional<std::uint64_t> syn_queue_drops;   // TCPReqQFullDrop
  std::optional<std::uint64_t> syn_cookies;       // TCPReqQFullDoCookies
  std::optional<std::uint64_t> listen_overflows;  // ListenOverflows: the accept queue was full
};

[[nodiscard]] Result<Netstat> parse_netstat(std::string_view text);

}  // namespace debug_process::proc
