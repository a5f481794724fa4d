// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include <array>
#include <optional>

#include "proc/net_tables.h"
#include "proc/text.h"

namespace debug_process::proc {
namespace {

// Num       RefCount Protocol Flags    Type St Inode Path
// 0000000058f17a45: 00000003 00000000 00000000 0001 03   585
// 000000009a917cd4: 00000002 00000000 00010000 0001 01 23456 /run/with blanks.sock
//
// unix_seq_show() prints names verbatim, newlines included: a line that is no row continues the
// name above it. A name can so be made to look like a row of its own; the first row of an inode is
// the one that counts for whoever joins them.
constexpr std::uint32_t kListening = 0x10000;  // __SO_ACCEPTCON

std::string unix_state(std::uint32_t flags, unsigned state) {
  if ((flags & kListening) != 0) return "LISTEN";
  switch (state) {
    case 1:
      return "UNCONNECTED";
    case 2:
      return "CONNECTING";
    case 3:
      return "ESTABLISHED";
    case 4:
      return "DISCONNECTING";
    default:
      return fmt::format("state {}", state);
  }
}

std::optional<NetSocket> parse_unix_row(std::string_view line) {
  Fields fields(line);
  if (!fields.next().ends_with(':')) return std::nullopt;
  fields.skip(2);  // RefCount, Protocol
  const auto flags = to_number<std::uint32_t>(fields.next(), 16);
  const auto type = to_number<unsigned>(fields.next(), 16);
  const auto state = to_number<unsigned>(fields.next(), 16);
  const auto inode = to_number<std::uint64_t>(fields.next());
  if (!flags || !type || !state || !inode) return std::nullopt;
  NetSocket socket;
  socket.protocol = "unix";
  socket.state = unix_state(*flags, *state);
  socket.inode = *inode;
  socket.local = fields.rest();
  socket.type = socket_type_name(*type);
  return socket;
}

// NETLINK_* of linux/netlink.h.
constexpr std::array<std::string_view, 23> kNetlinkFamilies = {
    "route",         "unused",   "usersock", "firewall",       "sock_diag",  "nflog",
    "xfrm",          "selinux",  "iscsi",    "audit",          "fib_lookup", "connector",
    "netfilter",     "ip6_fw",   "dnrtmsg",  "kobject_uevent", "generic",    "dm",
    "scsitransport", "ecryptfs", "rdma",     "crypto",         "smc"};

std::string netlink_family(unsigned family) {
  return family < kNetlinkFamilies.size() ? std::string(kNetlinkFamilies[family])
                                          : fmt::format("{}", family);
}

}  // namespace

std::string socket_type_name(unsigned type) {
  switch (type) {
    case SOCK_STREAM:
      return "stream";
    case SOCK_DGRAM:
      return "dgram";
    case SOCK_RAW:
      return "raw";
    case SOCK_SEQPACKET:
      return "seqpacket";
    default:
      return {};
  }
}

std::string packet_name(unsigned ether_type, std::string_view interface) {
  switch (ether_type) {
    case ETH_P_ALL:
      return fmt::format("*:{}", interface);
    case ETH_P_IP:
      return fmt::format("ip:{}", interface);
    case ETH_P_IPV6:
      return fmt::format("ipv6:{}", interface);
    case ETH_P_ARP:
      return fmt::format("arp:{}", interface);
    default:
      return fmt::format("[{}]:{}", ether_type, interface);
  }
}

Result<std::vector<NetSocket>> parse_net_unix(std::string_view text, const InodeSet* wanted) {
  std::vector<NetSocket> sockets;
  bool keep = false;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (lines.number() == 1) continue;
    auto socket = parse_unix_row(line);
    if (!socket) {
      if (lines.number() == 2) return malformed("unix", 2, "no socket");
      if (keep) sockets.back().local.append("\n").append(line);
      continue;
    }
    keep = wanted == nullptr || wanted->contains(socket->inode);
    if (keep) sockets.push_back(std::move(*socket));
  }
  return sockets;
}

// sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode
// 0000000072da75e6 0   4711       00000011 0        0        0     2        0        499
Result<std::vector<NetSocket>> parse_net_netlink(std::string_view text, const InodeSet* wanted) {
  std::vector<NetSocket> sockets;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (lines.number() == 1) continue;
    Fields fields(line);
    fields.skip(1);  // sk
    const auto family = to_number<unsigned>(fields.next());
    const auto port = to_number<std::uint32_t>(fields.next());
    fields.skip(1);  // Groups
    const auto recv_queue = to_number<std::uint64_t>(fields.next());
    const auto send_queue = to_number<std::uint64_t>(fields.next());
    fields.skip(2);  // Dump, Locks
    const auto drops = to_number<std::uint64_t>(fields.next());
    const auto inode = to_number<std::uint64_t>(fields.next());
    if (!family || !port || !recv_queue || !send_queue || !inode) {
      return malformed("netlink", lines.number(), "a column is no number");
    }
    if (wanted != nullptr && !wanted->contains(*inode)) continue;
    NetSocket socket;
    socket.protocol = "netlink";
    socket.local = fmt::format("{}:{}", netlink_family(*family), *port);
    socket.state = "UNCONNECTED";
    socket.recv_queue = {*recv_queue};
    socket.send_queue = {*send_queue};
    socket.has_queues = true;
    socket.inode = *inode;
    socket.drops = drops;
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

// sk               RefCnt Type Proto  Iface R Rmem   User   Inode
// 00000000a1b2c3d4 3      3    0003   2     1 0      0      12345
Result<std::vector<NetSocket>> parse_net_packet(std::string_view text, const InodeSet* wanted) {
  std::vector<NetSocket> sockets;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (lines.number() == 1) continue;
    Fields fields(line);
    fields.skip(2);  // sk, RefCnt
    const auto type = to_number<unsigned>(fields.next());
    const auto ether_type = to_number<unsigned>(fields.next(), 16);
    const auto interface = to_number<unsigned>(fields.next());
    fields.skip(1);  // R
    const auto recv_queue = to_number<std::uint64_t>(fields.next());
    const auto uid = to_number<uid_t>(fields.next());
    const auto inode = to_number<std::uint64_t>(fields.next());
    if (!type || !ether_type || !interface || !recv_queue || !uid || !inode) {
      return malformed("packet", lines.number(), "a column is no number");
    }
    if (wanted != nullptr && !wanted->contains(*inode)) continue;
    NetSocket socket;
    socket.protocol = "packet";
    socket.type = socket_type_name(*type);
    socket.interface = *interface;
    socket.ether_type = *ether_type;
    socket.local =
        packet_name(*ether_type, *interface == 0 ? "*" : fmt::format("if{}", *interface));
    socket.state = "UNCONNECTED";
    socket.recv_queue = {*recv_queue};
    socket.has_queues = true;
    socket.uid = *uid;
    socket.inode = *inode;
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace debug_process::proc
