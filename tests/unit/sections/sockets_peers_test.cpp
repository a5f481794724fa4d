// Whom the connections are with: peers by address, and the processes behind unix sockets.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sections/sockets/gather.h"
#include "sections/sockets/peers.h"
#include "unit/sections/fixture.h"
#include "util/fd.h"

namespace debug_process::sections::sockets {
namespace {

using report::Status;
using ::testing::HasSubstr;

Socket established(std::uint64_t inode, const char* local, const char* remote,
                   std::optional<bool> incoming) {
  Socket socket;
  socket.known = true;
  socket.inode = inode;
  socket.protocol = "tcp";
  socket.state = "ESTABLISHED";
  socket.local = local;
  socket.remote = remote;
  socket.incoming = incoming;
  socket.recv_queue = Bytes{10};
  socket.send_queue = Bytes{1};
  return socket;
}

TEST(SocketsByPeer, ClientsAreOnePeerWhateverTheirPorts) {
  std::vector<Socket> sockets = {
      established(1, "10.0.0.1:443", "10.0.0.2:50001", true),
      established(2, "10.0.0.1:443", "10.0.0.2:50002", true),
      established(3, "10.0.0.1:443", "[::ffff:10.0.0.3]:50001", true),
  };
  sockets[1].rtt = std::chrono::milliseconds(3);
  sockets[1].window.retransmits = 2;
  const auto groups = group_by_peer(sockets);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].peer, "10.0.0.2");
  EXPECT_EQ(groups[0].service, "443");
  EXPECT_EQ(groups[0].connections, 2U);
  EXPECT_EQ(groups[0].recv_queue, Bytes{20});
  EXPECT_EQ(groups[0].send_queue, Bytes{2});
  EXPECT_EQ(groups[0].rtt, std::chrono::milliseconds(3));
  EXPECT_EQ(groups[0].retransmits, 2U);
  EXPECT_EQ(groups[1].peer, "[::ffff:10.0.0.3]");
  EXPECT_FALSE(groups[1].rtt);
}

TEST(SocketsByPeer, ServersAreTheirAddressAndPort) {
  auto sockets = std::vector{established(1, "10.0.0.1:50001", "10.0.0.9:5432", false),
                             established(2, "10.0.0.1:50002", "10.0.0.9:6379", false)};
  sockets[0].remote_service = "postgresql";
  const auto groups = group_by_peer(sockets);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].peer, "10.0.0.9:5432");
  EXPECT_EQ(groups[0].service, "postgresql");
  EXPECT_EQ(groups[1].peer, "10.0.0.9:6379");
}

TEST(SocketsByPeer, CountsASharedSocketOnceAndOnlyEstablishedOnes) {
  auto sockets = std::vector{established(1, "10.0.0.1:443", "10.0.0.2:50001", true),
                             established(1, "10.0.0.1:443", "10.0.0.2:50001", true),
                             established(2, "10.0.0.1:443", "10.0.0.2:50002", true)};
  sockets[1].counted = true;
  sockets[2].state = "CLOSE_WAIT";
  const auto groups = group_by_peer(sockets);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].connections, 1U);
}

TEST(SocketsByPeer, AUnixPeerIsItsNameOrItsProcess) {
  auto sockets = std::vector{established(1, "", "/run/dbus.sock", std::nullopt),
                             established(2, "/run/me.sock", "", std::nullopt),
                             established(3, "/run/me.sock", "", std::nullopt)};
  for (Socket& socket : sockets) socket.protocol = "unix";
  sockets[1].peer = Holder{4711, "psql"};
  const auto groups = group_by_peer(sockets);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].peer, "/run/dbus.sock");
  EXPECT_EQ(groups[1].peer, "psql[4711]");
}

class UnixPeers : public ::testing::Test {
 protected:
  void SetUp() override {
    int pair[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    one_.reset(pair[0]);
    other_.reset(pair[1]);
    source_.pid = ::getpid();
  }

  Facts gather_facts() { return gather(source_, proc::read_fd_table(source_.procfs, source_.pid)); }
  void find_peers(std::chrono::milliseconds limit, Facts& facts) {
    HolderSearch search(source_, limit);
    look_for_peers(facts, search);
    search.run();
    add_peers(search, facts);
  }
  const Socket& find(const Facts& facts, const UniqueFd& fd) {
    return *std::find_if(facts.sockets.begin(), facts.sockets.end(),
                         [&fd](const Socket& socket) { return socket.fd == fd.get(); });
  }

  UniqueFd one_;
  UniqueFd other_;
  Source source_;
};

TEST_F(UnixPeers, AreFoundAmongProcesses) {
  Facts facts = gather_facts();
  if (!find(facts, one_).peer_inode) GTEST_SKIP() << "no unix_diag here";
  EXPECT_EQ(find(facts, one_).peer_inode, find(facts, other_).inode);
  find_peers(std::chrono::seconds(60), facts);
  ASSERT_TRUE(find(facts, one_).peer);
  EXPECT_EQ(find(facts, one_).peer->pid, ::getpid());
  EXPECT_EQ(find(facts, one_).peer->name, "sections_tests");
}

TEST_F(UnixPeers, OfItsOwnAreKnownWithoutASearch) {
  Facts facts = gather_facts();
  if (!find(facts, one_).peer_inode) GTEST_SKIP() << "no unix_diag here";
  find_peers(std::chrono::milliseconds(-1), facts);
  ASSERT_TRUE(find(facts, one_).peer);
  EXPECT_EQ(find(facts, one_).peer->pid, ::getpid());
}

// A child that holds a copy of all descriptors, to its end.
class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) ::pause();
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

 private:
  pid_t pid_;
};

TEST_F(UnixPeers, ThatTimeDidNotSufficeForIsSaid) {
  const Child child;
  other_.reset();
  Facts facts = gather_facts();
  if (!find(facts, one_).peer_inode) GTEST_SKIP() << "no unix_diag here";
  find_peers(std::chrono::milliseconds(-1), facts);
  EXPECT_FALSE(find(facts, one_).peer);
  EXPECT_GE(facts.peers_not_found.value_or(0), 1U);
  EXPECT_EQ(facts.completeness.status, Status::partial);
  EXPECT_THAT(facts.completeness.reason, HasSubstr("the processes at the other end"));
}

}  // namespace
}  // namespace debug_process::sections::sockets
