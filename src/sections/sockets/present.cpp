// SPDX-License-Identifier: Apache-2.0
#include "sections/sockets/present.h"

namespace debug_process::sections::sockets {
namespace {

using report::Show;
using report::to_value;
using report::Value;

Value text(const std::string& value) {
  return value.empty() ? Value() : Value(value);
}

report::Table sockets_table(const Facts& facts) {
  report::Table table{"sockets",
                      "",
                      {{"fd", "FD"},
                       {"protocol", "Protocol"},
                       {"local", "Local", Show::everywhere, true},
                       {"remote", "Remote", Show::everywhere, true},
                       {"state", "State"},
                       {"recv_queue_bytes", "Recv-Q"},
                       {"send_queue_bytes", "Send-Q"},
                       {"accept_queue", "Accept-Q"},
                       {"inode", "Inode", Show::json_only},
                       // Nothing measures these yet.
                       {"rtt_ns", "RTT", Show::json_only},
                       {"retransmits", "Retransmits", Show::json_only},
                       {"calls", "Calls", Show::json_only},
                       {"bytes", "Bytes", Show::json_only}},
                      {},
                      {}};
  table.rows.reserve(facts.sockets.size());
  for (const Socket& socket : facts.sockets) {
    table.rows.push_back({std::int64_t{socket.fd}, socket.protocol, text(socket.local),
                          text(socket.remote), text(socket.state), to_value(socket.recv_queue),
                          to_value(socket.send_queue), to_value(socket.waiting_to_be_accepted),
                          socket.inode, Value(), Value(), Value(), Value()});
  }
  if (facts.total == std::uint64_t{0}) table.when_empty = "No socket is open.";
  return table;
}

report::Table states_table(const Facts& facts) {
  report::Table table{
      "states",
      "By state",
      {{"state", "State", Show::json_only}, {"sockets", "Sockets", Show::json_only}},
      {},
      {}};
  for (const auto& [state, sockets] : facts.by_state) table.rows.push_back({text(state), sockets});
  return table;
}

}  // namespace

report::Section present(const Facts& facts) {
  report::Section section{
      "sockets", "Sockets", facts.completeness.status, facts.completeness.reason, {}, {}};
  if (section.status == report::Status::unavailable) return section;
  auto& metrics = section.metrics;
  metrics.push_back({"total", to_value(facts.total), "Sockets"});
  metrics.push_back({"listening", to_value(facts.listening), "Listening"});
  metrics.push_back({"established", to_value(facts.established), "Established"});
  metrics.push_back({"close_wait", to_value(facts.close_wait), "Close-wait"});
  metrics.push_back({"unknown", to_value(facts.unknown),
                     facts.unknown.value_or(0) > 0 ? "In no kernel table" : ""});
  for (const char* protocol : {"tcp", "tcp6", "udp", "udp6", "unix"}) {
    const auto found = facts.by_protocol.find(protocol);
    const std::uint64_t count = found == facts.by_protocol.end() ? 0 : found->second;
    metrics.push_back({protocol, facts.total ? Value(count) : Value(), ""});
  }
  section.tables.push_back(sockets_table(facts));
  section.tables.push_back(states_table(facts));
  return section;
}

}  // namespace debug_process::sections::sockets
