// What sockets count over the window: the difference of two readings.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sections/sockets/gather.h"
#include "unit/sections/fixture.h"
#include "util/fd.h"

namespace debug_process::sections::sockets {
namespace {

constexpr std::uint64_t kInode = 42;

Socket connection(std::uint64_t retransmits) {
  Socket socket;
  socket.protocol = "tcp";
  socket.inode = kInode;
  socket.known = true;
  socket.total.retransmits = retransmits;
  socket.total.busy = std::chrono::milliseconds(retransmits);
  return socket;
}

Snapshot snapshot_with(std::uint64_t retransmits) {
  Snapshot snapshot;
  snapshot.tables = {"tcp"};
  snapshot.counters[kInode] = connection(retransmits).total;
  return snapshot;
}

TEST(SocketsWindow, CountsTheDifference) {
  const Counters window = counted_since(snapshot_with(10), connection(15));
  EXPECT_EQ(window.retransmits, 5U);
  EXPECT_EQ(window.busy, std::chrono::milliseconds(5));
  EXPECT_FALSE(window.received);
}

TEST(SocketsWindow, ACounterThatFellIsAnotherSockets) {
  EXPECT_FALSE(counted_since(snapshot_with(10), connection(9)).retransmits);
}

TEST(SocketsWindow, ASocketMadeInTheWindowCountsFromNothing) {
  Snapshot start;
  start.tables = {"tcp"};
  EXPECT_EQ(counted_since(start, connection(3)).retransmits, 3U);
}

TEST(SocketsWindow, ASocketThatWasAnothersBeforeIsUnknown) {
  Snapshot start;
  start.tables = {"tcp"};
  start.others = {kInode - 1, kInode};
  EXPECT_FALSE(counted_since(start, connection(3)).retransmits);
}

TEST(SocketsWindow, ATableThatWasNotReadTellsNothing) {
  Snapshot start;
  start.tables = {"udp"};
  EXPECT_FALSE(counted_since(start, connection(3)).retransmits);
}

TEST(SocketsWindow, AllOfACommandsSocketsAreNew) {
  Snapshot start;
  start.before_its_life = true;
  EXPECT_EQ(counted_since(start, connection(3)).retransmits, 3U);
}

TEST(SocketsWindow, AtItsStartNothingIsKnown) {
  const Facts facts = gather(fixture_source(kHostile),
                             proc::read_fd_table(fixture_source(kHostile).procfs, kHostile));
  EXPECT_FALSE(facts.retransmits);
}

TEST(SocketsWindow, CountsOfTheNamespaceAreDifferencesToo) {
  Snapshot start;
  start.network = NetworkCounters{"net:[1]", {10, 20, std::nullopt}};
  const Namespace counted = counted_since(start, NetworkCounters{"net:[1]", {15, 20, 3}});
  EXPECT_EQ(counted.syn_queue_drops, 5U);
  EXPECT_EQ(counted.syn_cookies, 0U);
  EXPECT_FALSE(counted.accept_queue_overflows);
  const Namespace other = counted_since(start, NetworkCounters{"net:[2]", {15, 20, 3}});
  EXPECT_FALSE(other.syn_queue_drops) << "it has entered another";
  EXPECT_FALSE(counted_since(start, std::nullopt).syn_queue_drops);
}

// Our own connection over the loopback, with bytes between two readings.
TEST(SocketsWindow, CountsBytesOfARealConnection) {
  const UniqueFd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listening.get(), generic, length), 0);
  ASSERT_EQ(::listen(listening.get(), 5), 0);
  ASSERT_EQ(::getsockname(listening.get(), generic, &length), 0);
  ASSERT_EQ(::connect(client.get(), generic, length), 0);
  const UniqueFd server(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const std::string before(100, 'x');
  const std::string within(1000, 'x');
  ASSERT_EQ(::write(client.get(), before.data(), before.size()), 100);

  Source source;
  source.pid = ::getpid();
  Snapshot start;
  static_cast<void>(
      gather(source, proc::read_fd_table(source.procfs, source.pid), nullptr, &start));
  if (!start.tables.contains("tcp")) GTEST_SKIP() << "no sock_diag here";
  ASSERT_EQ(::write(client.get(), within.data(), within.size()), 1000);
  const Facts facts = gather(source, proc::read_fd_table(source.procfs, source.pid), &start);

  const auto find = [&facts](const UniqueFd& fd) {
    return *std::find_if(facts.sockets.begin(), facts.sockets.end(),
                         [&fd](const Socket& socket) { return socket.fd == fd.get(); });
  };
  EXPECT_EQ(find(server).window.received, Bytes{1000});
  EXPECT_EQ(find(server).total.received, Bytes{1100});
  EXPECT_EQ(find(server).recv_queue, Bytes{1100});
  EXPECT_EQ(find(server).incoming, true);
  EXPECT_EQ(find(client).incoming, false);
  EXPECT_TRUE(find(client).rtt);
  EXPECT_NE(find(client).congestion_control, "");
  EXPECT_EQ(find(client).window.segments, 1U);
  EXPECT_EQ(find(client).total.segments, 2U);
  EXPECT_EQ(find(client).held_back, false);
  ASSERT_TRUE(find(server).earlier);
  EXPECT_EQ(find(server).earlier->recv_queue, Bytes{100});
  EXPECT_EQ(find(server).earlier->state, "ESTABLISHED");
  EXPECT_EQ(find(listening).earlier->waiting_to_be_accepted, 0U);
  EXPECT_EQ(facts.incoming, 1U);
  EXPECT_EQ(facts.incoming_at_start, 1U);
  EXPECT_EQ(find(listening).backlog, 5U);
}

}  // namespace
}  // namespace debug_process::sections::sockets
