// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/gather.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "net/services.h"
#include "proc/text.h"
#include "sections/reasons.h"
#include "sections/sockets/tables.h"
#include "util/reserve.h"

namespace debug_process::sections::sockets {
namespace {

// From here on the kernel itself picks ports for those who connect: a name would be misleading.
constexpr std::uint16_t kFirstEphemeral = 32768;

// 0: none.
std::uint16_t port_of(const std::string& endpoint) {
  const auto colon = endpoint.rfind(':');
  if (colon == std::string::npos) return 0;
  return proc::to_number<std::uint16_t>(std::string_view(endpoint).substr(colon + 1)).value_or(0);
}

std::string service_of(const std::string& endpoint, std::string_view protocol) {
  const std::uint16_t port = port_of(endpoint);
  if (port == 0 || port >= kFirstEphemeral) return {};
  return net::Services::system().name(port, protocol);
}

bool is_tcp(const Socket& socket) {
  return socket.protocol.starts_with("tcp") || socket.protocol.starts_with("mptcp");
}

bool is_udp(const Socket& socket) {
  return socket.protocol == "udp" || socket.protocol == "udp6";
}

// Who connected to whom, and which of the two ports has a meaning.
void add_direction(const Tables& tables, Socket& socket) {
  if (is_udp(socket)) {
    socket.local_service = service_of(socket.local, "udp");
    socket.remote_service = service_of(socket.remote, "udp");
    return;
  }
  if (!is_tcp(socket)) return;
  const bool connected = !socket.is_listening() && port_of(socket.remote) != 0;
  if (connected && tables.listening_ports.contains(port_of(socket.local))) {
    socket.incoming = true;
  } else if (connected && tables.read.contains(socket.protocol)) {
    socket.incoming = false;
  }
  if (socket.incoming != false) socket.local_service = service_of(socket.local, "tcp");
  if (socket.incoming != true) socket.remote_service = service_of(socket.remote, "tcp");
}

void complete(const Tables& tables, Socket& socket) {
  // An accepted socket has the name of the one that listened: that is whom its peer talks to.
  if (socket.peer_inode) {
    const auto name = tables.unix_names.find(*socket.peer_inode);
    if (name != tables.unix_names.end()) socket.remote = name->second;
  }
  add_direction(tables, socket);
}

std::uint64_t queued(const Socket& socket) {
  return socket.recv_queue.value_or(Bytes{}).value + socket.send_queue.value_or(Bytes{}).value +
         socket.waiting_to_be_accepted.value_or(0);
}

// What is stuck or in trouble first; then those of the network before local ones, the unknown last.
auto order(const Socket& socket) {
  const bool in_trouble = queued(socket) > 0 || socket.state == "CLOSE_WAIT" ||
                          socket.state == "SYN_SENT" || socket.window.retransmits.value_or(0) > 0;
  const int kind = !socket.known                                               ? 2
                   : socket.protocol == "unix" || socket.protocol == "netlink" ? 1
                                                                               : 0;
  return std::tuple(!in_trouble, ~queued(socket), kind, !socket.is_listening(),
                    std::string_view(socket.state), socket.fd);
}

// Sockets are large: their order is found first, and each is moved once, to where it belongs.
void sort(std::vector<Socket>& sockets) {
  using Key = decltype(order(sockets.front()));
  std::vector<std::pair<Key, std::size_t>> keys;
  keys.reserve(sockets.size());
  for (std::size_t i = 0; i < sockets.size(); ++i) keys.emplace_back(order(sockets[i]), i);
  std::sort(keys.begin(), keys.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  // From here on only the places count: the keys' texts are those of sockets that move.
  for (std::size_t place = 0; place < keys.size(); ++place) {
    if (keys[place].second == place) continue;
    Socket first = std::move(sockets[place]);
    std::size_t hole = place;
    while (keys[hole].second != place) {
      const std::size_t from = std::exchange(keys[hole].second, hole);
      sockets[hole] = std::move(sockets[from]);
      hole = from;
    }
    keys[hole].second = hole;
    sockets[hole] = std::move(first);
  }
}

template <typename T>
void add(std::optional<T>& sum, const std::optional<T>& value) {
  if (!value) return;
  sum = sum.value_or(T{}) + *value;
}

// `compared`: with the window's start.
void count(Facts& facts, bool compared) {
  std::uint64_t total = 0;
  std::uint64_t unknown = 0;
  bool any_tcp = false;
  for (const Socket& socket : facts.sockets) {
    if (socket.counted) continue;
    ++total;
    if (!socket.known) ++unknown;
    any_tcp = any_tcp || is_tcp(socket);
    ++facts.by_state[socket.state];
    ++facts.by_protocol[socket.protocol];
    add(facts.retransmits, socket.window.retransmits);
    add(facts.drops, socket.window.drops);
    add(facts.recv_queue, socket.recv_queue);
    add(facts.send_queue, socket.send_queue);
  }
  // Of nothing there is none.
  if (compared && !any_tcp) facts.retransmits = 0;
  const auto in_state = [&facts](const char* state) {
    const auto found = facts.by_state.find(state);
    return found == facts.by_state.end() ? 0 : found->second;
  };
  facts.total = total;
  facts.listening = in_state("LISTEN");
  facts.established = in_state("ESTABLISHED");
  facts.close_wait = in_state("CLOSE_WAIT");
  facts.unknown = unknown;
}

std::optional<NetworkCounters> read_network(const Source& source, const std::string& base) {
  auto counters = source.procfs.read(base + "/net/netstat").and_then(proc::parse_netstat);
  if (!counters) return std::nullopt;
  return NetworkCounters{source.procfs.read_link(base + "/ns/net").value_or(""), *counters};
}

// Nobody who accepts connections decides how many there are. An accepted unix socket has the name
// of the one that listened.
bool is_incoming(const Socket& socket) {
  if (socket.counted || socket.state != "ESTABLISHED") return false;
  return socket.protocol == "unix" ? !socket.local.empty() : socket.incoming == true;
}

// Of what is the same socket as when the window began.
void compare(const Snapshot& start, Facts& facts) {
  std::uint64_t close_wait = 0;
  for (Socket& socket : facts.sockets) {
    socket.window = counted_since(start, socket);
    const auto earlier = start.sockets.find(socket.inode);
    if (earlier == start.sockets.end()) continue;
    socket.earlier = earlier->second;
    if (!socket.counted && socket.state == "CLOSE_WAIT" && socket.earlier->state == socket.state)
      ++close_wait;
  }
  facts.close_wait_throughout = close_wait;
  facts.incoming_at_start = start.incoming;
}

void take_snapshot(const Facts& facts, Tables& tables, Snapshot& now) {
  for (const Socket& socket : facts.sockets) {
    now.counters.emplace(socket.inode, socket.total);
    if (!socket.known) continue;
    now.sockets.emplace(socket.inode, Earlier{socket.state, socket.recv_queue,
                                              socket.waiting_to_be_accepted, socket.held_back});
  }
  now.incoming = facts.incoming.value_or(0);
  now.tables = std::move(tables.read);
  now.others = std::move(tables.others);
}

}  // namespace

Facts gather(const Source& source, const Result<proc::FdTable>& table, const Snapshot* start,
             Snapshot* now) {
  Facts facts;
  if (!table) {
    facts.completeness = Completeness::unavailable(reason_for("sockets", table.error()));
    return facts;
  }
  const auto is_socket = [](const proc::Fd& fd) {
    return fd.type == proc::FdType::socket && fd.inode.has_value();
  };
  reserve_to_fill(facts.sockets, static_cast<std::size_t>(std::count_if(
                                     table->fds.begin(), table->fds.end(), is_socket)));
  for (const proc::Fd& fd : table->fds) {
    if (!is_socket(fd)) continue;
    facts.sockets.emplace_back();
    facts.sockets.back().fd = fd.number;
    facts.sockets.back().inode = *fd.inode;
  }
  const Scope scope = start == nullptr ? Scope::later : Scope::wanted;
  Tables tables = read_tables(source, table->base, scope, facts.sockets, facts.completeness);
  // Where the namespace's could not be seen, its own are better than none.
  for (const Socket& socket : facts.sockets)
    if (is_tcp(socket) && socket.is_listening())
      tables.listening_ports.insert(port_of(socket.local));
  for (Socket& socket : facts.sockets) complete(tables, socket);
  if (start != nullptr) compare(*start, facts);
  sort(facts.sockets);
  if (table->unreadable > 0) {
    facts.completeness.add_gap(fmt::format("{} descriptors could not be read", table->unreadable));
  }
  facts.time_wait = tables.time_wait;
  facts.incoming = static_cast<std::uint64_t>(
      std::count_if(facts.sockets.begin(), facts.sockets.end(), is_incoming));
  auto network = read_network(source, table->base);
  if (start != nullptr) facts.network = counted_since(*start, network);
  facts.established_by_peer = group_by_peer(facts.sockets);
  count(facts, start != nullptr);
  if (now == nullptr) return facts;
  take_snapshot(facts, tables, *now);
  now->network = std::move(network);
  return facts;
}

}  // namespace debug_process::sections::sockets
