// SPDX-License-Identifier: Apache-2.0
#include "proc/netstat.h"

#include "proc/text.h"

namespace debug_process::proc {
namespace {

void add(std::string_view name, std::uint64_t value, Netstat& counters) {
  if (name == "TCPReqQFullDrop") counters.syn_queue_drops = value;
  if (name == "TCPReqQFullDoCookies") counters.syn_cookies = value;
  if (name == "ListenOverflows") counters.listen_overflows = value;
}

}  // namespace

// TcpExt: SyncookiesSent SyncookiesRecv ...
// TcpExt: 0 0 ...
Result<Netstat> parse_netstat(std::string_view text) {
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    Fields names(line);
    if (names.next() != "TcpExt:") continue;
    std::string_view second;
    lines.next(second);
    Fields values(second);
    if (values.next() != "TcpExt:")
      return malformed("netstat", lines.number(), "the names of TcpExt have no values");
    Netstat counters;
    for (std::string_view name = names.next(); !name.empty(); name = names.next()) {
      const std::string_view field = values.next();
      // Some are signed.
      if (field.empty())
        return malformed("netstat", lines.number(), "TcpExt has more names than values");
      if (const auto value = to_number<std::uint64_t>(field)) add(name, *value, counters);
    }
    return counters;
  }
  return malformed("netstat", lines.number(), "no line of TcpExt");
}

}  // namespace debug_process::proc
