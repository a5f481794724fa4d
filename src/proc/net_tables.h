// /proc/PID/net/{tcp,tcp6,udp,udp6,raw,raw6,icmp,icmp6,unix,netlink,packet}: proc(5), the kernel's
// get_tcp4_sock() and its like. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

struct NetSocket {
  std::string protocol;  // the table's name: "tcp6"
  // "127.0.0.1:80", "[::1]:80", "0.0.0.0:*", "/run/x.sock", "@abstract"; of a packet socket what it
  // takes from where: "arp:if2" (see packet_name()). "" when it has none.
  std::string local;
  std::string remote;  // likewise; "" in the tables that have no such column
  std::string state;  // "LISTEN", "ESTABLISHED", "CLOSE_WAIT", ...; "UNCONNECTED" where TCP's CLOSE
                      // means that
  Bytes recv_queue;   // listening TCP: the number of connections waiting to be accepted instead
  Bytes send_queue;
  bool has_queues = false;  // the table has such columns
  unsigned interface = 0;   // that a packet socket is bound to; 0: any
  unsigned ether_type = 0;  // that a packet socket takes
  uid_t uid = 0;
  std::uint64_t inode = 0;             // 0: no owner (TIME_WAIT)
  std::optional<std::uint64_t> drops;  // packets or messages, since it was made
  std::string type;  // "stream", "dgram", "seqpacket", "raw" where the table tells
};

// A table belongs to a whole network namespace and may have a million rows: only those with these
// inodes are converted. nullptr: all.
using InodeSet = std::unordered_set<std::uint64_t>;

// `protocol` is "tcp", "tcp6", "udp", "udp6", "raw", "raw6", ...: that a table is of IPv6 shows in
// the addresses.
[[nodiscard]] Result<std::vector<NetSocket>> parse_net_inet(std::string_view protocol,
                                                            std::string_view text,
                                                            const InodeSet* wanted = nullptr);
[[nodiscard]] Result<std::vector<NetSocket>> parse_net_unix(std::string_view text,
                                                            const InodeSet* wanted = nullptr);
[[nodiscard]] Result<std::vector<NetSocket>> parse_net_netlink(std::string_view text,
                                                               const InodeSet* wanted = nullptr);
[[nodiscard]] Result<std::vector<NetSocket>> parse_net_packet(std::string_view text,
                                                              const InodeSet* wanted = nullptr);

// As ss writes it: "*:lo" for every Ethernet protocol on lo, "ip:*" for IPv4 on every interface.
[[nodiscard]] std::string packet_name(unsigned ether_type, std::string_view interface);

// "stream" for SOCK_STREAM; "" for one that has no name here.
[[nodiscard]] std::string socket_type_name(unsigned type);

// Any of the above by the table's name.
[[nodiscard]] Result<std::vector<NetSocket>> parse_net_table(std::string_view name,
                                                             std::string_view text,
                                                             const InodeSet* wanted = nullptr);

}  // namespace debug_process::proc
