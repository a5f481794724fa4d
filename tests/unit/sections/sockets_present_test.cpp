// What of the sockets is shown, and in which order.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sections/sockets/present.h"
#include "unit/sections/fixture.h"

namespace debug_process::sections::sockets {
namespace {

using report::Value;

Socket listener(int fd, std::uint64_t waiting, std::optional<std::uint64_t> backlog) {
  Socket socket;
  socket.fd = fd;
  socket.inode = static_cast<std::uint64_t>(fd) + 1000;
  socket.known = true;
  socket.protocol = "tcp";
  socket.state = "LISTEN";
  socket.local = "0.0.0.0:443";
  socket.local_service = "https";
  socket.waiting_to_be_accepted = waiting;
  socket.backlog = backlog;
  return socket;
}

Value cell(const report::Table& table, std::size_t row, const std::string& column) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].key == column) return table.rows.at(row).at(i);
  return "no such column";
}

TEST(SocketsPresent, PutsTheFullestListenerFirst) {
  Facts facts;
  facts.sockets = {listener(3, 5, 511), listener(4, 3, 4), listener(5, 0, std::nullopt)};
  const auto section = present(facts);
  ASSERT_TRUE(is_well_formed(section));
  const auto& listening = table(section, "listening");
  ASSERT_EQ(listening.rows.size(), 3U);
  EXPECT_EQ(cell(listening, 0, "fd"), Value(std::int64_t{4}));
  EXPECT_EQ(cell(listening, 0, "backlog_ratio"), Value(Ratio{0.75}));
  EXPECT_EQ(cell(listening, 0, "service"), Value("https"));
  EXPECT_EQ(cell(listening, 1, "accept_queue"), Value(std::uint64_t{5}));
  EXPECT_EQ(cell(listening, 2, "backlog"), Value());
  EXPECT_EQ(cell(listening, 2, "backlog_ratio"), Value());
}

TEST(SocketsPresent, AUdpServerListensToo) {
  Facts facts;
  facts.sockets = {listener(3, 0, 5), listener(4, 0, 5), listener(5, 0, 5)};
  for (Socket& socket : facts.sockets) {
    socket.protocol = "udp";
    socket.state = "UNCONNECTED";
    socket.waiting_to_be_accepted.reset();
    socket.backlog.reset();
  }
  facts.sockets[1].local = "0.0.0.0:*";
  facts.sockets[2].state = "ESTABLISHED";
  const auto section = present(facts);
  ASSERT_EQ(table(section, "listening").rows.size(), 1U);
  EXPECT_EQ(cell(table(section, "listening"), 0, "fd"), Value(std::int64_t{3}));
}

TEST(SocketsPresent, TellsTheWindowsCountersAndTheContractsColumns) {
  Facts facts;
  Socket socket = listener(3, 0, 5);
  socket.state = "ESTABLISHED";
  socket.total.retransmits = 100;
  socket.window.retransmits = 2;
  socket.window.rwnd_limited = std::chrono::milliseconds(5);
  socket.rtt = std::chrono::microseconds(7);
  facts.sockets = {socket};
  const auto section = present(facts);
  const auto& all = table(section, "sockets");
  EXPECT_EQ(cell(all, 0, "retransmits"), Value(std::uint64_t{2}));
  EXPECT_EQ(cell(all, 0, "rwnd_limited_ns"), Value(std::chrono::nanoseconds(5'000'000)));
  EXPECT_EQ(cell(all, 0, "rtt_ns"), Value(std::chrono::nanoseconds(7'000)));
  for (const char* column : {"fd", "protocol", "local", "remote", "state", "recv_queue_bytes",
                             "send_queue_bytes", "calls", "bytes"}) {
    EXPECT_NE(cell(all, 0, column), Value("no such column")) << column;
  }
}

}  // namespace
}  // namespace debug_process::sections::sockets
