// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sections/sockets/gather.h"
#include "sections/sockets/present.h"
#include "unit/sections/fixture.h"
#include "util/fd.h"

namespace debug_process::sections::sockets {
namespace {

using report::Status;
using report::Value;

Facts gather_from(const Source& source) {
  return gather(source, proc::read_fd_table(source.procfs, source.pid));
}

const Socket& find(const Facts& facts, int fd) {
  return *std::find_if(facts.sockets.begin(), facts.sockets.end(),
                       [fd](const Socket& socket) { return socket.fd == fd; });
}

TEST(SocketsSection, JoinsDescriptorsAndTables) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(facts.completeness.status, Status::complete) << facts.completeness.reason;
  ASSERT_EQ(facts.sockets.size(), 7U);
  EXPECT_EQ(find(facts, 3).local, "127.0.0.1:8080");
  EXPECT_EQ(find(facts, 5).state, "CLOSE_WAIT");
  EXPECT_EQ(find(facts, 5).recv_queue, Bytes{1000});
  EXPECT_EQ(find(facts, 8).protocol, "tcp6");
  EXPECT_EQ(find(facts, 13).protocol, "udp");
  EXPECT_EQ(find(facts, 17).local, "/run/with blank\nand newline.sock");
  EXPECT_FALSE(find(facts, 17).recv_queue);
}

TEST(SocketsSection, CountsASharedSocketOnce) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(facts.total, 6U);
  EXPECT_EQ(facts.listening, 2U);
  EXPECT_EQ(facts.established, 1U);
  EXPECT_EQ(facts.close_wait, 1U);
  EXPECT_EQ(facts.by_protocol.at("tcp"), 2U);
}

TEST(SocketsSection, KeepsSocketsThatNoTableKnows) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(facts.unknown, 1U);
  EXPECT_EQ(facts.sockets.back().fd, 14);
  EXPECT_EQ(facts.sockets.back().protocol, "unknown");
  EXPECT_EQ(facts.sockets.back().inode, 9999U);
}

TEST(SocketsSection, PutsFullQueuesFirst) {
  const Facts facts = gather_from(fixture_source(kHostile));
  EXPECT_EQ(facts.sockets[0].fd, 5);
  EXPECT_EQ(facts.sockets[1].fd, 16);
  EXPECT_EQ(facts.sockets[2].fd, 3);
  EXPECT_EQ(facts.sockets[2].waiting_to_be_accepted, 3U);
  EXPECT_FALSE(facts.sockets[2].recv_queue);
}

TEST(SocketsSection, SaysWhyItIsUnavailable) {
  EXPECT_EQ(present(gather_from(fixture_source(kNobody))).reason, "the process had ended");
  const auto refused = present(gather(
      fixture_source(kHostile), fail(Error{"open directory", "/proc/4242/fd", EACCES, {}, {}})));
  EXPECT_EQ(refused.status, Status::unavailable);
  EXPECT_NE(refused.reason.find("CAP_SYS_PTRACE"), std::string::npos);
}

TEST(SocketsSection, PresentsTheContractsKeys) {
  const auto section = present(gather_from(fixture_source(kHostile)));
  EXPECT_TRUE(is_well_formed(section));
  EXPECT_EQ(metric(section, "total"), Value(std::uint64_t{6}));
  EXPECT_EQ(metric(section, "listening"), Value(std::uint64_t{2}));
  EXPECT_EQ(metric(section, "established"), Value(std::uint64_t{1}));
  EXPECT_EQ(metric(section, "close_wait"), Value(std::uint64_t{1}));
  EXPECT_EQ(metric(section, "time_wait"), Value(std::uint64_t{7}));
  EXPECT_EQ(table(section, "sockets").rows.size(), 7U);
}

TEST(SocketsSection, TellsOurOwn) {
  const UniqueFd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::bind(listening.get(), generic, length), 0);
  ASSERT_EQ(::listen(listening.get(), 5), 0);
  ASSERT_EQ(::getsockname(listening.get(), generic, &length), 0);
  Source source;
  source.pid = ::getpid();
  const Facts facts = gather_from(source);
  EXPECT_EQ(find(facts, listening.get()).state, "LISTEN");
  EXPECT_EQ(find(facts, listening.get()).local,
            "127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
}

}  // namespace
}  // namespace debug_process::sections::sockets
