// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include <fmt/format.h>
#include <array>
#include <cstring>
#include <optional>

#include "proc/net_tables.h"
#include "proc/text.h"

namespace debug_process::proc {
namespace {

//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//    0: 0100007F:07E8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 588 1
//    ... 1: 00000000000000000000000001000000:0050 0000...:0000 0A ...
//
// An address is printed as 32-bit words in the machine's order although it is kept in the
// network's: reading each word as a number and laying it down in memory gives the network's bytes
// back, whatever the machine.

constexpr std::array<std::string_view, 13> kTcpStates = {
    "",      "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",   "TIME_WAIT",
    "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV"};

std::string state_name(std::uint8_t state, bool is_tcp) {
  if (state == 0 || state >= kTcpStates.size()) return fmt::format("state {}", state);
  if (!is_tcp && kTcpStates[state] == "CLOSE") return "UNCONNECTED";
  return std::string(kTcpStates[state]);
}

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
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_v6 = colon == 32;
  if (::inet_ntop(is_v6 ? AF_INET6 : AF_INET, words.data(), text.data(), text.size()) == nullptr)
    return std::nullopt;
  const std::string port_text = *port == 0 ? "*" : fmt::format("{}", *port);
  return is_v6 ? fmt::format("[{}]:{}", text.data(), port_text)
               : fmt::format("{}:{}", text.data(), port_text);
}

struct Row {
  std::string_view local, remote, state, queues, uid;
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
  return NetSocket{std::string(protocol),
                   *local,
                   *remote,
                   state_name(*state, protocol.starts_with("tcp")),
                   {*recv_queue},
                   {*send_queue},
                   true,
                   *uid,
                   inode};
}

}  // namespace

Result<std::vector<NetSocket>> parse_net_inet(std::string_view protocol, std::string_view text,
                                              const InodeSet* wanted) {
  std::vector<NetSocket> sockets;
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
