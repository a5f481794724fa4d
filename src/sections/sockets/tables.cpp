// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/tables.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/diag_socket.h"
#include "proc/net_tables.h"
#include "proc/socket_protocol.h"
#include "proc/sockstat.h"
#include "sections/reasons.h"
#include "sections/sockets/kernel_view.h"

namespace debug_process::sections::sockets {
namespace {

#ifndef IPPROTO_MPTCP
constexpr int IPPROTO_MPTCP = 262;
#endif

// About a million sockets.
constexpr std::chrono::milliseconds kDumpLimit{500};
// 2 to 3 us each; for more of them it is cheaper to look into all tables.
constexpr std::size_t kFewSockets = 1000;
// To read a table of so many takes some ms.
constexpr std::uint64_t kCheapTable = 4096;
constexpr unsigned kListen = 10;  // TCP_LISTEN

enum class Kind {
  proc,  // /proc tells all there is
  udp,   // sock_diag tells no more than /proc, but faster
  tcp,   // much is in sock_diag only
  unix,
  vsock,
};

struct Table {
  std::string_view name;
  Kind kind = Kind::proc;
  int family = 0;
  int protocol = 0;
};

// The likely ones first: reading ends when every socket is found.
constexpr std::array<Table, 13> kTables = {{{"tcp", Kind::tcp, AF_INET, IPPROTO_TCP},
                                            {"tcp6", Kind::tcp, AF_INET6, IPPROTO_TCP},
                                            {"unix", Kind::unix},
                                            {"udp", Kind::udp, AF_INET, IPPROTO_UDP},
                                            {"udp6", Kind::udp, AF_INET6, IPPROTO_UDP},
                                            {"netlink"},
                                            {"raw"},
                                            {"raw6"},
                                            {"icmp"},
                                            {"icmp6"},
                                            {"packet"},
                                            {"udplite"},
                                            {"udplite6"}}};
// These are in no file of /proc. To ask for them may make the kernel load a module: only where
// there is such a socket.
constexpr std::array<Table, 3> kRareTables = {{{"mptcp", Kind::tcp, AF_INET, IPPROTO_MPTCP},
                                               {"mptcp6", Kind::tcp, AF_INET6, IPPROTO_MPTCP},
                                               {"vsock", Kind::vsock}}};

class Reader {
 public:
  Reader(const Source& source, const std::string& base, Scope scope, std::vector<Socket>& sockets,
         Completeness& completeness)
      : source_(source), base_(base), sockets_(sockets), completeness_(completeness) {
    row_of_.reserve(sockets.size());
    for (Socket& socket : sockets) socket.counted = !row_of_.emplace(socket.inode, &socket).second;
    missing_ = row_of_.size();
    // A captured tree has no kernel behind it.
    live_ = source.procfs.root() == "/proc";
    if (missing_ <= kFewSockets) ask_protocols();
    read_sockstat(scope);
    if (live_ && (missing_ > 0 || read_tcp_even_so_)) open_diag();
  }

  Tables read() {
    for (const Table& table : kRareTables)
      if (expects(table.name)) read_one(table);
    for (const Table& table : kTables) {
      const bool is_tcp = table.kind == Kind::tcp;
      if (wants(table.name) || (is_tcp && read_tcp_even_so_ && diag_)) read_one(table);
    }
    if (missing_ > 0) ask_protocols();
    for (const Table& table : kRareTables)
      if (expects(table.name) && !tables_.read.contains(table.name)) read_one(table);
    for (const Table& table : kTables)
      if (table.kind == Kind::tcp && diag_ && wants(table.name)) read_bound(table);
    fill_in_the_rest();
    std::sort(tables_.others.begin(), tables_.others.end());
    return std::move(tables_);
  }

 private:
  // Of those not found yet.
  void ask_protocols() {
    std::vector<int> missing;
    for (const Socket& socket : sockets_)
      if (is_missing(socket) && !protocols_.contains(socket.inode)) missing.push_back(socket.fd);
    if (missing.empty() || missing.size() > kFewSockets) return;
    const auto names = proc::read_socket_protocols(source_.procfs, base_, std::move(missing));
    for (const Socket& socket : sockets_) {
      const auto name = names.find(socket.fd);
      if (name != names.end()) protocols_.emplace(socket.inode, name->second);
    }
  }

  void read_sockstat(Scope scope) {
    const auto stat =
        source_.procfs.read(fmt::format("{}/net/sockstat", base_)).and_then(proc::parse_sockstat);
    if (!stat) return;
    tables_.time_wait = stat->tcp_time_wait;
    read_tcp_even_so_ = scope == Scope::later && stat->tcp_in_use <= kCheapTable;
  }

  void open_diag() {
    const auto theirs = source_.procfs.read_link(base_ + "/ns/net");
    const auto ours = source_.procfs.read_link("self/ns/net");
    // Neither: this kernel has no namespaces.
    const bool same = theirs ? ours && *theirs == *ours : !ours;
    auto diag = net::DiagSocket::open(
        same ? "" : fmt::format("{}/{}/ns/net", source_.procfs.root(), base_));
    if (diag) {
      diag_.emplace(std::move(*diag));
    } else if (!same && is_refused(diag.error())) {
      why_no_diag_ =
          "the process is in a network namespace of its own, and to enter it needs CAP_SYS_ADMIN: "
          "run with sudo";
    } else {
      why_no_diag_ = diag.error().message();
    }
  }

  [[nodiscard]] static bool is_missing(const Socket& socket) {
    return !socket.known && !socket.counted;
  }

  // The one that is missing, by its inode; nullptr when that is none of ours, or found already.
  [[nodiscard]] Socket* missing_row(std::uint64_t inode) const {
    const auto row = row_of_.find(inode);
    return row == row_of_.end() || row->second->known ? nullptr : row->second;
  }

  [[nodiscard]] bool expects(std::string_view table) const {
    return std::any_of(sockets_.begin(), sockets_.end(), [&](const Socket& socket) {
      if (!is_missing(socket)) return false;
      const auto protocol = protocols_.find(socket.inode);
      return protocol != protocols_.end() && protocol->second == table;
    });
  }

  // A socket whose protocol is not known may be in any table. An accepted one is called as its
  // listening one is, although MPTCP has fallen back to TCP.
  [[nodiscard]] bool wants(std::string_view table) const {
    if (missing_ == 0) return false;
    return std::any_of(sockets_.begin(), sockets_.end(), [&](const Socket& socket) {
      if (!is_missing(socket)) return false;
      const auto protocol = protocols_.find(socket.inode);
      if (protocol == protocols_.end() || protocol->second == table) return true;
      return table.starts_with("tcp") && protocol->second == "m" + std::string(table);
    });
  }

  void read_one(const Table& table) {
    if (table.kind != Kind::proc && diag_) {
      const auto done = dump(table);
      if (done) {
        tables_.read.emplace(table.name);
        return;
      }
      if (done.error().errno_value == ETIMEDOUT) {
        completeness_.add_gap(
            fmt::format("the table of {} sockets has so many rows that not all were read in {}",
                        table.name, format_duration(kDumpLimit)));
        return;
      }
      why_no_diag_ =
          done.error().errno_value == ENOENT
              ? fmt::format("the kernel does not tell of {} through sock_diag", table.name)
              : done.error().message();
    }
    if (table.kind == Kind::vsock || table.name.starts_with("mptcp")) return;
    if (missing_ > 0) read_proc(table);
  }

  Result<void> dump(const Table& table) {
    switch (table.kind) {
      case Kind::unix:
        return diag_->dump(net::unix_dump_request(), kDumpLimit, [this](const nlmsghdr& message) {
          if (const auto seen = net::parse_unix(message)) add_unix(*seen);
        });
      case Kind::vsock:
        return diag_->dump(net::vsock_dump_request(), kDumpLimit, [this](const nlmsghdr& message) {
          const auto seen = net::parse_vsock(message);
          if (!seen) return;
          if (Socket* const row = missing_row(seen->inode)) fill(*row, to_socket(*seen));
        });
      default:
        return diag_->dump(net::inet_dump_request(table.family, table.protocol), kDumpLimit,
                           [&](const nlmsghdr& message) { add_inet(message, table); });
    }
  }

  // An older kernel has none, and to look costs as much as the whole table.
  void read_bound(const Table& table) {
    static_cast<void>(
        diag_->dump(net::inet_dump_request(table.family, table.protocol, net::InetStates::bound),
                    kDumpLimit, [&](const nlmsghdr& message) { add_inet(message, table); }));
  }

  void add_inet(const nlmsghdr& message, const Table& table) {
    const net::InetHead head = net::inet_head(message);
    if (table.kind == Kind::tcp && head.state == kListen)
      tables_.listening_ports.insert(head.local_port);
    if (head.inode == 0) return;
    Socket* const row = missing_row(head.inode);
    if (row == nullptr) {
      tables_.others.push_back(head.inode);
      return;
    }
    const auto seen = net::parse_inet(message);
    if (!seen) return;
    const std::string interface =
        seen->id.idiag_if == 0 ? std::string() : diag_->interface_name(seen->id.idiag_if);
    fill(*row, to_socket(*seen, table.name, interface));
  }

  void add_unix(const net::UnixSocket& seen) {
    if (Socket* const row = missing_row(seen.inode)) fill(*row, to_socket(seen));
    if (!seen.name.empty()) tables_.unix_names.emplace(seen.inode, seen.name);
    for (const std::uint32_t client : seen.waiting) listener_of_.emplace(client, seen.inode);
  }

  void fill(Socket& row, Socket&& socket) {
    socket.fd = row.fd;
    row = std::move(socket);
    --missing_;
  }

  // A second descriptor of the same socket, and what is in no table.
  void fill_in_the_rest() {
    for (Socket& socket : sockets_) {
      if (socket.counted) {
        const int fd = socket.fd;
        socket = *row_of_.at(socket.inode);
        socket.fd = fd;
        socket.counted = true;
      }
      // Whoever waits to be accepted has the listening socket for a peer until then.
      const auto listener = listener_of_.find(socket.inode);
      if (listener != listener_of_.end() && !socket.peer_inode)
        socket.peer_inode = listener->second;
      if (socket.known) continue;
      const auto protocol = protocols_.find(socket.inode);
      socket.protocol = protocol == protocols_.end() ? "unknown" : protocol->second;
    }
  }

  void read_proc(const Table& table) {
    const auto text = source_.procfs.read(fmt::format("{}/net/{}", base_, table.name));
    if (!text) {
      // Each is optional in the kernel: no IPv6, no packet sockets.
      if (!proc::is_gone(text.error()))
        completeness_.add_gap(reason_for(fmt::format("{} sockets", table.name), text.error()));
      return;
    }
    proc::InodeSet wanted;
    for (const Socket& socket : sockets_)
      if (is_missing(socket)) wanted.insert(socket.inode);
    auto rows = proc::parse_net_table(table.name, *text, &wanted);
    if (!rows) {
      completeness_.add_gap(rows.error().message());
      return;
    }
    const bool found_any = !rows->empty();
    for (proc::NetSocket& row : *rows) add_row(std::move(row), table);
    if (found_any && live_) note_loss(table);
  }

  void add_row(proc::NetSocket row, const Table& table) {
    Socket socket;
    socket.known = true;
    socket.inode = row.inode;
    socket.protocol = std::move(row.protocol);
    socket.type = std::move(row.type);
    socket.local = std::move(row.local);
    socket.remote = std::move(row.remote);
    socket.state = std::move(row.state);
    socket.total.drops = row.drops;
    if (row.interface != 0 && diag_) {
      const std::string interface = diag_->interface_name(row.interface);
      if (!interface.empty()) socket.local = proc::packet_name(row.ether_type, interface);
    }
    if (socket.is_listening() && row.has_queues) {
      socket.waiting_to_be_accepted = row.recv_queue.value;
    } else if (row.has_queues) {
      socket.recv_queue = row.recv_queue;
      // Packet sockets have a column for one direction only.
      if (table.name != "packet") socket.send_queue = row.send_queue;
    }
    if (Socket* const known = missing_row(socket.inode)) fill(*known, std::move(socket));
  }

  // What /proc has told less of than sock_diag would have.
  void note_loss(const Table& table) {
    if (table.kind == Kind::tcp && !told_tcp_loss_) {
      told_tcp_loss_ = true;
      completeness_.add_gap("round-trip times, retransmits and backlogs of tcp sockets: " +
                            why_no_diag_);
    }
    if (table.kind == Kind::unix)
      completeness_.add_gap("queues, backlogs and peers of unix sockets: " + why_no_diag_);
  }

  const Source& source_;
  const std::string& base_;
  std::vector<Socket>& sockets_;
  Completeness& completeness_;
  std::size_t missing_ = 0;                                   // sockets that are in no table so far
  std::unordered_map<std::uint64_t, Socket*> row_of_;         // by inode, its first descriptor's
  std::unordered_map<std::uint64_t, std::string> protocols_;  // by inode, as far as known
  std::unordered_map<std::uint64_t, std::uint64_t> listener_of_;  // unix, by the client's inode
  bool live_ = false;
  bool read_tcp_even_so_ = false;
  bool told_tcp_loss_ = false;
  std::optional<net::DiagSocket> diag_;
  std::string why_no_diag_;
  Tables tables_;
};

}  // namespace

Tables read_tables(const Source& source, const std::string& base, Scope scope,
                   std::vector<Socket>& sockets, Completeness& completeness) {
  return Reader(source, base, scope, sockets, completeness).read();
}

}  // namespace debug_process::sections::sockets
