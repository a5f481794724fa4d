// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/present.h"

#include <algorithm>
#include <tuple>

namespace debug_process::sections::sockets {
namespace {

using report::Show;
using report::Text;
using report::to_value;
using report::Value;

Value text(const std::string& value) {
  return value.empty() ? Value() : Value(value);
}

std::optional<Ratio> fill(const Socket& socket) {
  if (!socket.waiting_to_be_accepted || socket.backlog.value_or(0) == 0) return std::nullopt;
  return Ratio{static_cast<double>(*socket.waiting_to_be_accepted) /
               static_cast<double>(*socket.backlog)};
}

Value direction(const std::optional<bool>& incoming) {
  if (!incoming) return {};
  return *incoming ? "in" : "out";
}

// A UDP socket that anybody may send to is a server's.
bool is_open_to_all(const Socket& socket) {
  return socket.is_listening() || (socket.protocol.starts_with("udp") &&
                                   socket.state == "UNCONNECTED" && !socket.local.ends_with(":*"));
}

report::Table listening_table(const Facts& facts) {
  report::Table table{"listening",
                      "Listening",
                      {{"fd", "FD"},
                       {"protocol", "Proto", Show::everywhere, false, Text::word},
                       {"local", "Local", Show::everywhere, true, Text::address},
                       {"service", "Service", Show::everywhere, false, Text::word},
                       {"accept_queue", "Waiting"},
                       {"backlog", "Backlog"},
                       {"backlog_ratio", "Full"},
                       {"drops", "Drops"},
                       {"drops_total", "Drops ever", Show::json_only}},
                      {},
                      {}};
  std::vector<const Socket*> sockets;
  for (const Socket& socket : facts.sockets)
    if (is_open_to_all(socket) && !socket.counted) sockets.push_back(&socket);
  const auto order = [](const Socket& socket) {
    return std::tuple(-fill(socket).value_or(Ratio{0}).value, ~socket.window.drops.value_or(0),
                      !socket.is_listening(), socket.protocol == "unix", socket.fd);
  };
  std::sort(sockets.begin(), sockets.end(),
            [&order](const Socket* a, const Socket* b) { return order(*a) < order(*b); });
  for (const Socket* socket : sockets) {
    table.rows.push_back({std::int64_t{socket->fd}, socket->protocol, text(socket->local),
                          text(socket->local_service), to_value(socket->waiting_to_be_accepted),
                          to_value(socket->backlog), to_value(fill(*socket)),
                          to_value(socket->window.drops), to_value(socket->total.drops)});
  }
  return table;
}

report::Table peers_table(const Facts& facts) {
  report::Table table{"established_by_peer",
                      "Established, by peer",
                      {{"peer", "Peer", Show::everywhere, true, Text::address},
                       {"direction", "Direction", Show::everywhere, false, Text::word},
                       {"service", "Service", Show::everywhere, false, Text::word},
                       {"connections", "Connections"},
                       {"recv_queue_bytes", "Recv-Q"},
                       {"send_queue_bytes", "Send-Q"},
                       {"rtt_max_ns", "RTT (max)"},
                       {"retransmits", "Retrans"},
                       {"segments", "Segments", Show::json_only}},
                      {},
                      {}};
  for (const PeerGroup& group : facts.established_by_peer) {
    table.rows.push_back({group.peer, direction(group.incoming), text(group.service),
                          group.connections, to_value(group.recv_queue), to_value(group.send_queue),
                          to_value(group.rtt), to_value(group.retransmits),
                          to_value(group.segments)});
  }
  return table;
}

const std::vector<report::Column>& socket_columns() {
  static const std::vector<report::Column> columns = {
      {"fd", "FD"},
      {"protocol", "Proto", Show::everywhere, false, Text::word},
      {"local", "Local", Show::everywhere, true, Text::address},
      {"remote", "Remote", Show::everywhere, true, Text::address},
      {"state", "State", Show::everywhere, false, Text::word},
      {"recv_queue_bytes", "Recv-Q"},
      {"send_queue_bytes", "Send-Q"},
      {"rtt_ns", "RTT"},
      {"retransmits", "Retrans"},
      {"peer_process", "Peer", Show::json_only, false, Text::name},
      {"peer_pid", "Peer PID", Show::json_only},
      {"type", "Type", Show::json_only, false, Text::word},
      {"local_service", "Local service", Show::json_only, false, Text::word},
      {"remote_service", "Remote service", Show::json_only, false, Text::word},
      {"direction", "Direction", Show::json_only, false, Text::word},
      {"accept_queue", "Waiting", Show::json_only},
      {"backlog", "Backlog", Show::json_only},
      {"backlog_ratio", "Full", Show::json_only},
      {"cwnd", "Window", Show::json_only},
      {"unacked_count", "Unacked", Show::json_only},
      {"congestion_control", "Congestion", Show::json_only, false, Text::word},
      {"rtt_min_ns", "RTT (min)", Show::json_only},
      {"segments", "Segments", Show::json_only},
      {"held_back", "Held back", Show::json_only},
      {"recv_queue_at_start_bytes", "Recv-Q at start", Show::json_only},
      {"accept_queue_at_start", "Waiting at start", Show::json_only},
      {"idle_ns", "Idle", Show::json_only},
      {"busy_ns", "Busy", Show::json_only},
      {"rwnd_limited_ns", "Limited by peer", Show::json_only},
      {"sndbuf_limited_ns", "Limited by buffer", Show::json_only},
      {"received_bytes", "Received", Show::json_only},
      {"acked_bytes", "Acked", Show::json_only},
      {"drops", "Drops", Show::json_only},
      {"drops_total", "Drops ever", Show::json_only},
      {"v6only", "IPv6 only", Show::json_only},
      {"peer_inode", "Peer inode", Show::json_only},
      {"inode", "Inode", Show::json_only}};
  return columns;
}

void append_socket(const Socket& socket, std::vector<Value>& row) {
  const bool has_peer = socket.peer.has_value();
  row.insert(row.end(),
             {std::int64_t{socket.fd},
              socket.protocol,
              text(socket.local),
              text(socket.remote),
              text(socket.state),
              to_value(socket.recv_queue),
              to_value(socket.send_queue),
              to_value(socket.rtt),
              to_value(socket.window.retransmits),
              has_peer ? text(socket.peer->name) : Value(),
              has_peer ? Value(std::int64_t{socket.peer->pid}) : Value(),
              text(socket.type),
              text(socket.local_service),
              text(socket.remote_service),
              direction(socket.incoming),
              to_value(socket.waiting_to_be_accepted),
              to_value(socket.backlog),
              to_value(fill(socket)),
              to_value(socket.cwnd),
              to_value(socket.unacked),
              text(socket.congestion_control),
              to_value(socket.rtt_min),
              to_value(socket.window.segments),
              to_value(socket.held_back),
              socket.earlier ? to_value(socket.earlier->recv_queue) : Value(),
              socket.earlier ? to_value(socket.earlier->waiting_to_be_accepted) : Value(),
              to_value(socket.idle),
              to_value(socket.window.busy),
              to_value(socket.window.rwnd_limited),
              to_value(socket.window.sndbuf_limited),
              to_value(socket.window.received),
              to_value(socket.window.acknowledged),
              to_value(socket.window.drops),
              to_value(socket.total.drops),
              to_value(socket.v6only),
              to_value(socket.peer_inode),
              socket.inode});
}

report::Table sockets_table(const Facts& facts) {
  report::Table table{
      "sockets", "All, first where something waits or is stuck", socket_columns(), {}, {}};
  append_io_columns(false, table);
  table.rows.reserve(facts.sockets.size());
  for (const Socket& socket : facts.sockets) {
    auto& row = table.rows.emplace_back();
    row.reserve(table.columns.size());
    append_socket(socket, row);
    append_io(socket.io, row);
  }
  if (facts.total == std::uint64_t{0}) {
    table.title.clear();
    table.when_empty = "No socket is open.";
  }
  return table;
}

report::Table states_table(const Facts& facts) {
  report::Table table{"states",
                      "By state",
                      {{"state", "State", Show::json_only, false, Text::word},
                       {"sockets", "Sockets", Show::json_only}},
                      {},
                      {}};
  for (const auto& [state, sockets] : facts.by_state) table.rows.push_back({text(state), sockets});
  return table;
}

std::string unless_zero(std::uint64_t value, const char* label) {
  return value > 0 ? label : "";
}

void add_metrics(const Facts& facts, std::vector<report::Metric>& metrics) {
  metrics.push_back({"total", to_value(facts.total), "Sockets"});
  metrics.push_back({"listening", to_value(facts.listening), "Listening"});
  metrics.push_back({"established", to_value(facts.established), "Established"});
  metrics.push_back({"close_wait", to_value(facts.close_wait), "Close-wait"});
  metrics.push_back({"close_wait_throughout", to_value(facts.close_wait_throughout), ""});
  metrics.push_back({"incoming", to_value(facts.incoming), ""});
  metrics.push_back({"incoming_at_start", to_value(facts.incoming_at_start), ""});
  metrics.push_back({"time_wait", to_value(facts.time_wait), "Time-wait (netns)"});
  metrics.push_back({"recv_queue_bytes", to_value(facts.recv_queue),
                     unless_zero(facts.recv_queue.value_or(Bytes{}).value, "Not read yet")});
  metrics.push_back({"send_queue_bytes", to_value(facts.send_queue),
                     unless_zero(facts.send_queue.value_or(Bytes{}).value, "Not delivered yet")});
  metrics.push_back({"retransmits", to_value(facts.retransmits),
                     unless_zero(facts.retransmits.value_or(0), "Retransmits")});
  metrics.push_back(
      {"drops", to_value(facts.drops), unless_zero(facts.drops.value_or(0), "Drops")});
  metrics.push_back({"unknown", to_value(facts.unknown),
                     unless_zero(facts.unknown.value_or(0), "In no kernel table")});
  metrics.push_back(
      {"peers_not_found", to_value(facts.peers_not_found),
       unless_zero(facts.peers_not_found.value_or(0), "Unix peers of unknown processes")});
  const Namespace& network = facts.network;
  metrics.push_back({"netns_syn_queue_drops", to_value(network.syn_queue_drops),
                     unless_zero(network.syn_queue_drops.value_or(0), "SYN queue full (netns)")});
  metrics.push_back({"netns_syn_cookies", to_value(network.syn_cookies),
                     unless_zero(network.syn_cookies.value_or(0), "SYN cookies (netns)")});
  metrics.push_back({"netns_accept_queue_overflows", to_value(network.accept_queue_overflows), ""});
  for (const char* protocol : {"tcp", "tcp6", "udp", "udp6", "unix"}) {
    const auto found = facts.by_protocol.find(protocol);
    const std::uint64_t count = found == facts.by_protocol.end() ? 0 : found->second;
    metrics.push_back({protocol, facts.total ? Value(count) : Value(), ""});
  }
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "sockets", "Sockets", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  add_metrics(facts, section.metrics);
  section.tables.push_back(listening_table(facts));
  section.tables.push_back(peers_table(facts));
  section.tables.push_back(sockets_table(facts));
  section.tables.push_back(states_table(facts));
  return section;
}

}  // namespace debug_process::sections::sockets
