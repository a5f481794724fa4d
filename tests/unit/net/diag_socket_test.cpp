// The kernel's own answers about sockets that the test has made.
// SPDX-License-Identifier: Apache-2.0
#include "net/diag_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "net/inet_diag.h"
#include "net/unix_diag.h"
#include "util/fd.h"

namespace debug_process::net {
namespace {

constexpr std::chrono::seconds kLong{60};
constexpr int kBacklog = 5;

std::uint64_t inode_of(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 ? info.st_ino : 0;
}

UniqueFd listening_socket() {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), kBacklog) != 0)
    socket.reset();
  return socket;
}

std::optional<InetSocket> find_tcp(DiagSocket& diag, std::uint64_t inode) {
  std::optional<InetSocket> found;
  const auto done =
      diag.dump(inet_dump_request(AF_INET, IPPROTO_TCP), kLong, [&](const nlmsghdr& message) {
        if (inet_head(message).inode == inode) found = parse_inet(message);
      });
  EXPECT_TRUE(done) << done.error().message();
  return found;
}

TEST(DiagSocket, TellsTheBacklogOfAListeningSocket) {
  auto diag = DiagSocket::open("");
  if (!diag) GTEST_SKIP() << diag.error().message();
  const UniqueFd listening = listening_socket();
  ASSERT_TRUE(listening);
  const auto found = find_tcp(*diag, inode_of(listening.get()));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->send_queue, static_cast<std::uint64_t>(kBacklog));
  EXPECT_EQ(found->recv_queue, 0U);
  EXPECT_FALSE(found->tcp);
}

TEST(DiagSocket, TellsThePeerOfAUnixSocket) {
  auto diag = DiagSocket::open("");
  if (!diag) GTEST_SKIP() << diag.error().message();
  int pair[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  const UniqueFd one(pair[0]);
  const UniqueFd other(pair[1]);
  ASSERT_EQ(::write(other.get(), "12345", 5), 5);
  std::optional<UnixSocket> found;
  const auto done = diag->dump(unix_dump_request(), kLong, [&](const nlmsghdr& message) {
    const auto socket = parse_unix(message);
    if (socket && socket->inode == inode_of(one.get())) found = socket;
  });
  if (!done && done.error().errno_value == ENOENT) GTEST_SKIP() << "this kernel has no unix_diag";
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->peer_inode, inode_of(other.get()));
  EXPECT_EQ(found->recv_queue, 5U);
}

TEST(DiagSocket, SaysWhenThereIsNoSuchTable) {
  auto diag = DiagSocket::open("");
  if (!diag) GTEST_SKIP() << diag.error().message();
  const char family = AF_APPLETALK;  // no kernel tells of these
  const auto done =
      diag->dump(make_request(NLM_F_DUMP, &family, sizeof family), kLong, [](const nlmsghdr&) {});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().errno_value, ETIMEDOUT);
  // And can be asked again.
  const UniqueFd listening = listening_socket();
  EXPECT_TRUE(find_tcp(*diag, inode_of(listening.get())));
}

TEST(DiagSocket, NamesInterfaces) {
  auto diag = DiagSocket::open("");
  if (!diag) GTEST_SKIP() << diag.error().message();
  EXPECT_EQ(diag->interface_name(1), "lo");
  EXPECT_EQ(diag->interface_name(1'000'000'000), "");
}

// A thread in a network namespace of its own, with a listening socket in it.
class Elsewhere {
 public:
  Elsewhere() : thread_([this] { live(); }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ready_; });
  }
  ~Elsewhere() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

  [[nodiscard]] std::uint64_t inode() const { return inode_; }
  [[nodiscard]] std::string path() const {
    return "/proc/self/task/" + std::to_string(tid_) + "/ns/net";
  }

 private:
  void live() {
    UniqueFd socket;
    if (::unshare(CLONE_NEWNET) == 0) socket = listening_socket();
    std::unique_lock lock(mutex_);
    inode_ = socket ? inode_of(socket.get()) : 0;
    tid_ = ::gettid();
    ready_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return over_; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ready_ = false;
  bool over_ = false;
  std::uint64_t inode_ = 0;
  pid_t tid_ = 0;
  std::thread thread_;
};

TEST(DiagSocket, SeesAnotherNetworkNamespace) {
  const Elsewhere elsewhere;
  if (elsewhere.inode() == 0) GTEST_SKIP() << "may not make a network namespace: needs root";
  auto here = DiagSocket::open("");
  ASSERT_TRUE(here) << here.error().message();
  EXPECT_FALSE(find_tcp(*here, elsewhere.inode()));
  auto there = DiagSocket::open(elsewhere.path());
  ASSERT_TRUE(there) << there.error().message();
  EXPECT_TRUE(find_tcp(*there, elsewhere.inode()));
  // We have not gone there ourselves.
  auto again = DiagSocket::open("");
  ASSERT_TRUE(again);
  EXPECT_FALSE(find_tcp(*again, elsewhere.inode()));
}

TEST(DiagSocket, SaysWhyANamespaceCannotBeEntered) {
  const auto diag = DiagSocket::open("/proc/self/ns/nothing");
  ASSERT_FALSE(diag);
  EXPECT_EQ(diag.error().errno_value, ENOENT);
}

}  // namespace
}  // namespace debug_process::net
