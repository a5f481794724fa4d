// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/gather.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <functional>
#include <tuple>
#include <unordered_map>

#include "proc/net_tables.h"
#include "sections/reasons.h"

namespace debug_process::sections::sockets {
namespace {

// The likely ones first: reading ends when every socket is found, and a table can be long.
constexpr std::array<std::string_view, 11> kTables = {"tcp",    "tcp6",    "unix",    "udp",
                                                      "udp6",   "netlink", "raw",     "raw6",
                                                      "packet", "udplite", "udplite6"};

using ByInode = std::unordered_map<std::uint64_t, proc::NetSocket>;

ByInode read_tables(const Source& source, const std::string& base, proc::InodeSet wanted,
                    Completeness& completeness) {
  ByInode found;
  for (const std::string_view name : kTables) {
    if (wanted.empty()) break;
    const auto text = source.procfs.read(fmt::format("{}/net/{}", base, name));
    if (!text) {
      // Each is optional in the kernel: no IPv6, no packet sockets.
      if (!proc::is_gone(text.error()))
        completeness.add_gap(reason_for(fmt::format("{} sockets", name), text.error()));
      continue;
    }
    auto rows = proc::parse_net_table(name, *text, &wanted);
    if (!rows) {
      completeness.add_gap(rows.error().message());
      continue;
    }
    for (proc::NetSocket& row : *rows) {
      wanted.erase(row.inode);
      const std::uint64_t inode = row.inode;
      found.try_emplace(inode, std::move(row));
    }
  }
  return found;
}

Socket make_socket(int fd, std::uint64_t inode, const ByInode& found) {
  Socket socket;
  socket.fd = fd;
  socket.inode = inode;
  const auto at = found.find(inode);
  if (at == found.end()) {
    socket.protocol = "unknown";
    return socket;
  }
  const proc::NetSocket& row = at->second;
  socket.protocol = row.protocol;
  socket.local = row.local;
  socket.remote = row.remote;
  socket.state = row.state;
  if (row.state == "LISTEN" && row.has_queues) {
    socket.waiting_to_be_accepted = row.recv_queue.value;
  } else if (row.has_queues) {
    socket.recv_queue = row.recv_queue;
    socket.send_queue = row.send_queue;
  }
  return socket;
}

auto order(const Socket& socket) {
  const std::uint64_t queued = socket.recv_queue.value_or(Bytes{}).value +
                               socket.send_queue.value_or(Bytes{}).value +
                               socket.waiting_to_be_accepted.value_or(0);
  // Those of the network before local ones, the unknown last.
  const int kind = socket.protocol == "unknown"                                ? 2
                   : socket.protocol == "unix" || socket.protocol == "netlink" ? 1
                                                                               : 0;
  return std::tuple(socket.state != "LISTEN", ~queued, kind, std::cref(socket.state).get(),
                    socket.fd);
}

void count(Facts& facts) {
  std::uint64_t total = 0;
  proc::InodeSet seen;
  for (const Socket& socket : facts.sockets) {
    if (!seen.insert(socket.inode).second) continue;
    ++total;
    ++facts.by_state[socket.state];
    ++facts.by_protocol[socket.protocol];
  }
  const auto in_state = [&facts](const char* state) {
    const auto found = facts.by_state.find(state);
    return found == facts.by_state.end() ? 0 : found->second;
  };
  facts.total = total;
  facts.listening = in_state("LISTEN");
  facts.established = in_state("ESTABLISHED");
  facts.close_wait = in_state("CLOSE_WAIT");
  facts.unknown = in_state("");
}

}  // namespace

Facts gather(const Source& source, const Result<proc::FdTable>& table) {
  Facts facts;
  if (!table) {
    facts.completeness = Completeness::unavailable(reason_for("sockets", table.error()));
    return facts;
  }
  proc::InodeSet inodes;
  for (const proc::Fd& fd : table->fds) {
    if (fd.type == proc::FdType::socket && fd.inode) inodes.insert(*fd.inode);
  }
  const ByInode found = read_tables(source, table->base, std::move(inodes), facts.completeness);
  for (const proc::Fd& fd : table->fds) {
    if (fd.type == proc::FdType::socket && fd.inode)
      facts.sockets.push_back(make_socket(fd.number, *fd.inode, found));
  }
  std::sort(facts.sockets.begin(), facts.sockets.end(),
            [](const Socket& a, const Socket& b) { return order(a) < order(b); });
  if (table->unreadable > 0) {
    facts.completeness.add_gap(fmt::format("{} descriptors could not be read", table->unreadable));
  }
  count(facts);
  return facts;
}

}  // namespace debug_process::sections::sockets
