// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>

#include "proc/net_tables.h"
#include "proc/text.h"
#include "util/endpoint.h"

namespace debug_process::proc {
namespace {

//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//    0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 588 1
//    ... 1: 00000000000000000000000001000000:0050 0000...:0000 0A ...
//
// An address is printed as 32-bit words in the machine's order although it is kept in the
// network's: reading each word as a number and laying it down in memory gives the network's bytes
// back, whatever the machine.

std::optional<std::string> endpoint(std::string_view field) {
  const auto colon = field.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i < colon / 8; ++i) {
    const auto word = to_number<std::uint32_t>(field.substr(i * 8, 8), 16);
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  const auto port = to_number<std::uint16_t>(field.substr(colon + 1), 16);
  if (!port) return std::nullopt;
  return endpoint_text(colon == 32 ? AF_INET6 : AF_INET, words.data(), *port);
}

struct Row {
  std::string_view local, remote, state, queues, uid;
  std::optional<std::uint64_t> drops;
};

Result<NetSocket> convert(std::string_view protocol, const Row& row, std::uint64_t inode,
                          std::size_t line) {
  const auto local = endpoint(row.local);
  const auto remote = endpoint(row.remote);
  if (!local || !remote) return malformed(protocol, line, "an address is malformed");
  const auto state = to_number<std::uint8_t>(row.state, 16);
  if (!state) return malformed(protocol, line, "the state is no number");
  const auto colon = row.queues.find(':');
  if (colon == std::string_view::npos) return malformed(protocol, line, "the queues are malformed");
  const auto send_queue = to_number<std::uint64_t>(row.queues.substr(0, colon), 16);
  const auto recv_queue = to_number<std::uint64_t>(row.queues.substr(colon + 1), 16);
  const auto uid = to_number<uid_t>(row.uid);
  if (!send_queue || !recv_queue) return malformed(protocol, line, "a queue is no number");
  if (!uid) return malformed(protocol, line, "the uid is no number");
  NetSocket socket;
  socket.protocol = protocol;
  socket.local = *local;
  socket.remote = *remote;
  socket.state = socket_state_name(*state, protocol.starts_with("tcp"));
  socket.recv_queue = {*recv_queue};
  socket.send_queue = {*send_queue};
  socket.has_queues = true;
  socket.uid = *uid;
  socket.inode = inode;
  socket.drops = row.drops;
  return socket;
}

}  // namespace

Result<std::vector<NetSocket>> parse_net_inet(std::string_view protocol, std::string_view text,
                                              const InodeSet* wanted) {
  std::vector<NetSocket> sockets;
  const bool is_tcp = protocol.starts_with("tcp");
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (lines.number() == 1 || trim(line).empty()) continue;
    Fields fields(line);
    Row row;
    fields.skip(1);  // sl
    row.local = fields.next();
    row.remote = fields.next();
    row.state = fields.next();
    row.queues = fields.next();
    fields.skip(2);  // tr:when, retrnsmt
    row.uid = fields.next();
    fields.skip(1);  // timeout
    const auto inode = to_number<std::uint64_t>(fields.next());
    if (!inode) return malformed(protocol, lines.number(), "the inode is no number");
    if (wanted != nullptr && !wanted->contains(*inode)) continue;
    fields.skip(2);  // ref, pointer
    // TCP's next column is its timeout.
    if (!is_tcp) row.drops = to_number<std::uint64_t>(fields.next());
    auto socket = convert(protocol, row, *inode, lines.number());
    if (!socket) return fail(socket.error());
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

Result<std::vector<NetSocket>> parse_net_table(std::string_view name, std::string_view text,
                                               const InodeSet* wanted) {
  if (name == "unix") return parse_net_unix(text, wanted);
  if (name == "netlink") return parse_net_netlink(text, wanted);
  if (name == "packet") return parse_net_packet(text, wanted);
  return parse_net_inet(name, text, wanted);
}

}  // namespace debug_process::proc
