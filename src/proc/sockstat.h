// /proc/PID/net/sockstat: how many sockets its network namespace has. The kernel's
// sockstat_seq_show(). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "util/result.h"

namespace debug_process::proc {

struct Sockstat {
  std::uint64_t tcp_in_use = 0;     // IPv4; held by descriptors of any process
  std::uint64_t tcp_time_wait = 0;  // both IPv4 and IPv6
};

[[nodiscard]] Result<Sockstat> parse_sockstat(std::string_view text);

}  // namespace debug_process::proc
